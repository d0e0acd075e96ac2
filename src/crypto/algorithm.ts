/**
 * The algorithms of RFC 9421, section 3.3: everything the library knows about each, in one table.
 *
 * A key is bound to one algorithm when it is imported; what a message says about its algorithm may only agree with
 * that. So nothing here is ever chosen by a peer.
 *
 * @see RFC 9421, section 3.3 and section 6.2.2 (the registry)
 * @module
 */

/** The registered name of a signature algorithm. */
export type Algorithm = 'hmac-sha256' | 'ed25519' | 'ecdsa-p256-sha256' | 'ecdsa-p384-sha384' | 'rsa-pss-sha512' | 'rsa-v1_5-sha256';

/** What WebCrypto takes to import a key and to use it; it ignores the members an operation does not need. */
interface WebCryptoParams {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly saltLength?: number;
}

/** One line of the table. */
export interface AlgorithmEntry {
  /** The `kty` of its keys as JWK. */
  readonly kty: 'oct' | 'OKP' | 'EC' | 'RSA';
  /** The `crv` of its keys as JWK. */
  readonly crv?: string;
  /** Its names in JOSE: the `alg` of a JWK is one of these or absent. */
  readonly jose: readonly string[];
  /** Bytes of a coordinate of an elliptic curve point: a signature has two of them. An RSA one is as long as its modulus. */
  readonly fieldBytes?: number;
  readonly params: WebCryptoParams;
}

const hmac = (hash: string, jose: string): AlgorithmEntry => ({ kty: 'oct', jose: [jose], params: { name: 'HMAC', hash } });

const edwards = (crv: string): AlgorithmEntry => ({ kty: 'OKP', crv, jose: ['EdDSA', crv], fieldBytes: 32, params: { name: crv } });

const ecdsa = (crv: string, hash: string, fieldBytes: number, jose: string): AlgorithmEntry => ({
  kty: 'EC',
  crv,
  jose: [jose],
  fieldBytes,
  params: { name: 'ECDSA', namedCurve: crv, hash },
});

const rsa = (params: WebCryptoParams, jose: string): AlgorithmEntry => ({ kty: 'RSA', jose: [jose], params });

/** Adding an algorithm is one line here and its vectors in the tests. No prototype: a name from outside is only ever found or not. */
export const algorithms: Readonly<Record<Algorithm, AlgorithmEntry>> = /* @__PURE__ */ Object.freeze({
  __proto__: null as never,
  'hmac-sha256': /* @__PURE__ */ hmac('SHA-256', 'HS256'),
  ed25519: /* @__PURE__ */ edwards('Ed25519'),
  'ecdsa-p256-sha256': /* @__PURE__ */ ecdsa('P-256', 'SHA-256', 32, 'ES256'),
  'ecdsa-p384-sha384': /* @__PURE__ */ ecdsa('P-384', 'SHA-384', 48, 'ES384'),
  'rsa-pss-sha512': /* @__PURE__ */ rsa({ name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 }, 'PS512'),
  'rsa-v1_5-sha256': /* @__PURE__ */ rsa({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, 'RS256'),
});

/** Whether a text is the name of an algorithm. */
export function isAlgorithm(name: string): name is Algorithm {
  return name in algorithms;
}
