/**
 * Open Payments, as Interledger's packages sign it: GNAP's proof by HTTP message signatures.
 *
 * @see RFC 9635, section 7.3.1
 * @module
 */

import type { CoveredComponent } from '../rfc9421/coverage.ts';
import { frozen, type Preset } from './preset.ts';

const REQUIRED: readonly CoveredComponent[] = [
  '@method',
  '@target-uri',
  { name: 'authorization', when: 'present' },
  { name: 'content-digest', when: 'present' },
  { name: 'content-length', when: 'present' },
  { name: 'content-type', when: 'present' },
];

/** Open Payments: method, whole address, access token and content, by Ed25519. There are no nonces: who sees a request can send it again. */
export const openPayments: Preset = /* @__PURE__ */ frozen({
  policy: {
    required: REQUIRED,
    algorithms: ['ed25519'] as const,
    insecurelyAllowMissingNonce: true,
  },
  signing: { label: 'sig1', required: REQUIRED },
});
