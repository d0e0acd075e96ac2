/**
 * Open Payments, as Interledger's packages sign it: GNAP's proof by HTTP message signatures.
 *
 * @see RFC 9635, section 7.3.1
 * @module
 */

import type { Preset } from './preset.ts';

const REQUIRED = /* @__PURE__ */ ['authorization', 'content-digest', 'content-length', 'content-type'].map((name) =>
  Object.freeze({ name, when: 'present' } as const),
);

/** Open Payments: method, whole address, access token and content, by Ed25519. There are no nonces: who sees a request can send it again. */
export const openPayments: Preset = /* @__PURE__ */ Object.freeze({
  policy: /* @__PURE__ */ Object.freeze({
    required: Object.freeze(['@method', '@target-uri', ...REQUIRED]),
    algorithms: ['ed25519'] as const,
    insecurelyAllowMissingNonce: true,
  }),
  signing: /* @__PURE__ */ Object.freeze({ label: 'sig1', required: Object.freeze(['@method', '@target-uri', ...REQUIRED]) }),
});
