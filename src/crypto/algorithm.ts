/**
 * The algorithms of RFC 9421, section 3.3: everything the library knows about each, in one table.
 *
 * Adding an algorithm of a kind of key that is known (`kty`) is one entry here, its name in `Algorithm`, and its vectors in the
 * tests. Nothing else names algorithms one by one: key forms, thumbprints, verification, dummy verification and lengths of
 * signatures read the entry.
 *
 * A key is bound to one algorithm when it is imported; what a message says about its algorithm may only agree with
 * that. So nothing here is ever chosen by a peer.
 *
 * @see RFC 9421, section 3.3 and section 6.2.2 (the registry)
 * @module
 */

import { toBase64url } from '../internal/base64.ts';
import type { Jwk } from './jwk.ts';

/** The registered name of a signature algorithm. */
export type Algorithm = 'hmac-sha256' | 'ed25519' | 'ecdsa-p256-sha256' | 'ecdsa-p384-sha384' | 'rsa-pss-sha512' | 'rsa-v1_5-sha256';

/** What WebCrypto takes to import a key and to use it; it ignores the members an operation does not need. */
export interface WebCryptoParams {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly saltLength?: number;
}

/** One entry of the table. */
export interface AlgorithmEntry {
  /** What computes it: WebCrypto, or what this package has over several backends. */
  readonly implementation: 'hmac' | 'ed25519' | 'webcrypto';
  readonly params: WebCryptoParams;
  /** The `kty` of its keys as JWK. */
  readonly kty: 'oct' | 'OKP' | 'EC' | 'RSA';
  /** The `crv` of its keys as JWK. */
  readonly crv?: string;
  /** Its names in JOSE: the `alg` of a JWK is one of these or absent. */
  readonly jose: readonly string[];
  /** The members of a public key as JWK, in the order in which a thumbprint hashes them (RFC 7638, section 3.2). */
  readonly publicMembers: readonly (keyof Jwk)[];
  /** The members that a private key has besides. */
  readonly privateMembers: readonly (keyof Jwk)[];
  /** Bytes of a coordinate, of a point or of a scalar. RSA's numbers have no fixed length. */
  readonly fieldBytes?: number;
  /** The AlgorithmIdentifier of its keys in SubjectPublicKeyInfo and PKCS #8, as DER in hex. */
  readonly identifier?: string;
  /** The hash whose object identifier, in hex, the parameters of a key labelled RSASSA-PSS must name (RFC 4055). */
  readonly pssHash?: string;
  /** Bytes of a signature. Where it is absent, they are as many as the key's modulus has. */
  readonly signatureBytes?: number;
  /**
   * A key that nobody signs with, for verifications that must only take their time: a public key, or a secret, whose
   * signatures have this many bytes; `undefined` if none has.
   */
  readonly sampleKey: (signatureBytes: number) => Jwk | undefined;
}

/** The shape of the table: a name from outside is only ever found or not, since it has no prototype. */
export type AlgorithmTable = Readonly<Record<Algorithm, AlgorithmEntry>>;

const sampleOf = (bytes: number, key: Jwk) => (signatureBytes: number) => (signatureBytes === bytes ? key : undefined);

const hmac = (hash: string, signatureBytes: number, jose: string): AlgorithmEntry => ({
  implementation: 'hmac',
  params: { name: 'HMAC', hash },
  kty: 'oct',
  jose: [jose],
  publicMembers: [],
  privateMembers: ['k'],
  signatureBytes,
  sampleKey: sampleOf(signatureBytes, { kty: 'oct', k: toBase64url(new Uint8Array(signatureBytes).fill(0x66)) }),
});

/** `basePoint`: that of RFC 8032, a point like any other. */
const edwards = (crv: string, fieldBytes: number, identifier: string, basePoint: string): AlgorithmEntry => ({
  implementation: 'ed25519',
  params: { name: crv },
  kty: 'OKP',
  crv,
  jose: ['EdDSA', crv],
  publicMembers: ['crv', 'kty', 'x'],
  privateMembers: ['d'],
  fieldBytes,
  identifier,
  signatureBytes: 2 * fieldBytes,
  sampleKey: sampleOf(2 * fieldBytes, { kty: 'OKP', crv, x: basePoint }),
});

/** What an elliptic curve differs in from the next; `x` and `y` are those of its base point (FIPS 186-4, D.1.2). */
interface CurveFacts {
  readonly crv: string;
  readonly hash: string;
  readonly jose: string;
  readonly fieldBytes: number;
  readonly identifier: string;
  readonly x: string;
  readonly y: string;
}

/** ECDSA over a curve. */
export const ecdsa = ({ crv, hash, jose, fieldBytes, identifier, x, y }: CurveFacts): AlgorithmEntry => ({
  implementation: 'webcrypto',
  params: { name: 'ECDSA', namedCurve: crv, hash },
  kty: 'EC',
  crv,
  jose: [jose],
  publicMembers: ['crv', 'kty', 'x', 'y'],
  privateMembers: ['d'],
  fieldBytes,
  identifier,
  signatureBytes: 2 * fieldBytes,
  sampleKey: sampleOf(2 * fieldBytes, { kty: 'EC', crv, x, y }),
});

/** The lengths of RSA signatures that are spent time on: moduli of 2,048 to 8,192 bits, in steps of 512. */
const isUsualModulus = (bytes: number) => bytes >= 256 && bytes <= 1024 && bytes % 64 === 0;

/** RSA, of either padding. Its AlgorithmIdentifier says nothing about padding or hash, so an application must. */
export const rsa = (params: WebCryptoParams, jose: string, pssHash?: string): AlgorithmEntry => ({
  implementation: 'webcrypto',
  params,
  kty: 'RSA',
  jose: [jose],
  publicMembers: ['e', 'kty', 'n'],
  privateMembers: ['d', 'p', 'q', 'dp', 'dq', 'qi'],
  identifier: '300d06092a864886f70d0101010500',
  ...(pssHash === undefined ? {} : { pssHash }),
  // An odd number; that nobody knows its factors is all that counts.
  sampleKey: (bytes) => (isUsualModulus(bytes) ? { kty: 'RSA', n: toBase64url(new Uint8Array(bytes).fill(0xc5)), e: 'AQAB' } : undefined),
});

/** The table. Where signatures of several algorithms have one length, the first is the likeliest. */
export const algorithms: AlgorithmTable = /* @__PURE__ */ Object.freeze({
  __proto__: null as never,
  'hmac-sha256': /* @__PURE__ */ hmac('SHA-256', 32, 'HS256'),
  ed25519: /* @__PURE__ */ edwards('Ed25519', 32, '300506032b6570', 'WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY'),
  'ecdsa-p256-sha256': /* @__PURE__ */ ecdsa({
    crv: 'P-256',
    hash: 'SHA-256',
    jose: 'ES256',
    fieldBytes: 32,
    identifier: '301306072a8648ce3d020106082a8648ce3d030107',
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  }),
  'ecdsa-p384-sha384': /* @__PURE__ */ ecdsa({
    crv: 'P-384',
    hash: 'SHA-384',
    jose: 'ES384',
    fieldBytes: 48,
    identifier: '301006072a8648ce3d020106052b81040022',
    x: 'qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3',
    y: 'NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f',
  }),
  'rsa-pss-sha512': /* @__PURE__ */ rsa({ name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 }, 'PS512', '608648016503040203'),
  'rsa-v1_5-sha256': /* @__PURE__ */ rsa({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, 'RS256'),
});
