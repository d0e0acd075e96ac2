/**
 * ActivityPub, as Mastodon and Fedify sign it by RFC 9421.
 *
 * @module
 */

import type { Preset } from './preset.ts';

const REQUIRED = /* @__PURE__ */ Object.freeze([
  '@method',
  '@target-uri',
  /* @__PURE__ */ Object.freeze({ name: 'content-digest', when: 'present' } as const),
]);

/**
 * ActivityPub: method, whole address and content. There are no nonces: who sees a request can send it again, for twelve hours; have inboxes
 * know activities by their `id`.
 */
export const activityPub: Preset = /* @__PURE__ */ Object.freeze({
  policy: /* @__PURE__ */ Object.freeze({
    required: REQUIRED,
    // What servers of that network allow each other.
    maxAge: 43_200,
    futureSkew: 3600,
    insecurelyAllowMissingNonce: true,
  }),
  signing: /* @__PURE__ */ Object.freeze({ label: 'sig1', required: REQUIRED }),
});
