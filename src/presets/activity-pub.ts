/**
 * ActivityPub, as Mastodon and Fedify sign it by RFC 9421.
 *
 * @module
 */

import { frozen, type Preset } from './preset.ts';

const REQUIRED = ['@method', '@target-uri', { name: 'content-digest', when: 'present' } as const];

/**
 * ActivityPub: method, whole address and content. There are no nonces: who sees a request can send it again, for twelve hours; have inboxes
 * know activities by their `id`.
 */
export const activityPub: Preset = /* @__PURE__ */ frozen({
  policy: {
    required: REQUIRED,
    // What servers of that network allow each other.
    maxAge: 43_200,
    futureSkew: 3600,
    insecurelyAllowMissingNonce: true,
  },
  signing: { label: 'sig1', required: REQUIRED },
});
