/**
 * What a flaw elsewhere in an application leaves behind: members of Object.prototype, as plain assignment makes them, so
 * that every object seems to have them. Each would weaken a verifier that took it for an option, or a record of a key.
 *
 * @see CWE-1321, "Prototype Pollution"
 */
import { afterEach, beforeEach } from 'vitest';

const pollution: Readonly<Record<string, unknown>> = {
  insecurelyAllowInBrowser: true,
  insecurelyAllowMissingCreated: true,
  insecurelyAllowMissingNonce: true,
  insecurelyAllowReplay: true,
  insecurelyAllowShortSecret: true,
  insecurelyAllowUnboundResponse: true,
  insecurelyAllowUncovered: ['@method', '@authority', '@path', '@query', 'content-type', 'content-encoding', 'content-digest'],
  insecurelyAssumeNoEarlierMessages: true,
  insecurelyExposeSignatureBase: true,
  insecurelyOmit: ['nonce', 'created'],
  insecurelyTrustHost: true,
  policy: { maxAge: 2 ** 31, insecurelyAllowMissingNonce: true },
  maxAge: 2 ** 31,
  futureSkew: 3600,
  components: [],
  required: ['@method'],
  maxLifetime: 2 ** 31,
  forbiddenParameters: [],
  resolveKeyWithoutKeyid: () => undefined,
  algorithms: ['hmac-sha256'],
  tag: 'polluted',
  audience: 'polluted.example',
  subject: 'polluted',
  authority: 'polluted.example',
  tenant: 'polluted',
  replayStore: { consume: () => 'consumed' },
  oneTime: false,
  ignore: ['amount'],
  query: { read: () => undefined },
  limits: { labels: 1e6, components: 1e6, fieldBytes: 1e9, totalFieldBytes: 1e9, bodyBytes: 1e9 },
  maxBytes: 2 ** 40,
  maxDepth: 1e6,
  notBefore: 0,
  notAfter: 2 ** 40,
  publicKeys: {},
  extractable: true,
  includeAlg: true,
  nonce: 'polluted-polluted-0000',
  created: 1,
  expires: 2 ** 40,
  expiresIn: 2 ** 30,
};

/** From the first import on; shown to `for … in` while a test runs, as a plain assignment is, since vitest itself cannot bear that. */
function pollute(enumerable: boolean): void {
  for (const [name, value] of Object.entries(pollution))
    Object.defineProperty(Object.prototype, name, { value, enumerable, writable: true, configurable: true });
}

pollute(false);
beforeEach(() => pollute(true));
afterEach(() => pollute(false));
