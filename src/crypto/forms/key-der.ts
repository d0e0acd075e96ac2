/**
 * Which key lies in a DER structure, in the two wrappings that WebCrypto takes: SubjectPublicKeyInfo and PKCS #8.
 *
 * The older forms (PKCS #1 for RSA, SEC 1 for elliptic curves) are wrapped here, and RSASSA-PSS keys, whose own object
 * identifier WebCrypto refuses, are re-labelled as plain RSA keys.
 *
 * @see RFC 5280 (SPKI), RFC 5958 (PKCS #8), RFC 8017 A.1 (PKCS #1), RFC 5915 (SEC 1), RFC 4055 (RSASSA-PSS)
 * @module
 */

import { decodeHex } from '../../internal/hex.ts';
import type { Algorithm } from '../algorithm.ts';
import { BIT_STRING, type DerElement, hexOf, INTEGER, OBJECT_ID, OCTET_STRING, readDer, SEQUENCE, writeDer } from './der.ts';

/** A key in the wrapping WebCrypto takes, and the algorithms it may be for. */
export interface WrappedKey {
  readonly algorithms: readonly Algorithm[];
  readonly der: Uint8Array;
  /** What is wrapped. For Ed25519 the 32 bytes themselves. */
  readonly inner: Uint8Array;
  /** The public key that version 2 of PKCS #8 may put beside a private one. */
  readonly publicKey?: Uint8Array | undefined;
}

/** Object identifiers, as hex. */
const ED25519 = '2b6570';

const EC = '2a8648ce3d0201';

const RSA = '2a864886f70d010101';

const RSA_PSS = '2a864886f70d01010a';

const SHA_512 = '608648016503040203';

const CURVES: readonly (readonly [oid: string, algorithm: Algorithm])[] = [
  ['2a8648ce3d030107', 'ecdsa-p256-sha256'],
  ['2b81040022', 'ecdsa-p384-sha384'],
];

type Identified = Pick<WrappedKey, 'algorithms'> & { readonly identifier: Uint8Array };

function sequence(bytes: Uint8Array): readonly DerElement[] {
  const [outer, ...rest] = readDer(bytes) ?? [];
  return (outer?.tag === SEQUENCE && rest.length === 0 && readDer(outer.content)) || [];
}

function rsaIdentifier(): Uint8Array<ArrayBuffer> {
  return writeDer(SEQUENCE, writeDer(OBJECT_ID, decodeHex(RSA)!), new Uint8Array([5, 0]));
}

/** Whether the parameters of an RSASSA-PSS key, if it has any, allow SHA-512 for the hash and for the mask. */
function allowsSha512(params: DerElement | undefined): boolean {
  return params === undefined || params.content.length === 0 || hexOf(params, SEQUENCE)?.split(SHA_512).length === 3;
}

function identify(element: DerElement): Identified | undefined {
  const [id, params] = sequence(element.whole);
  const oid = hexOf(id, OBJECT_ID);
  const identifier = element.whole;
  if (oid === ED25519 && params === undefined) return { algorithms: ['ed25519'], identifier };
  if (oid === RSA) return { algorithms: ['rsa-pss-sha512', 'rsa-v1_5-sha256'], identifier };
  if (oid === RSA_PSS && allowsSha512(params)) return { algorithms: ['rsa-pss-sha512'], identifier: rsaIdentifier() };
  const curve = oid === EC ? CURVES.find(([name]) => name === hexOf(params, OBJECT_ID)) : undefined;
  return curve && { algorithms: [curve[1]], identifier };
}

/** Reads a SubjectPublicKeyInfo; `undefined` if it is none, or of an algorithm that is not supported. */
export function readSpki(bytes: Uint8Array): WrappedKey | undefined {
  const [head, key, ...rest] = sequence(bytes);
  const found = head && identify(head);
  // The first byte of a BIT STRING counts the unused bits of the last one.
  if (found === undefined || key?.tag !== BIT_STRING || key.content[0] !== 0 || rest.length > 0) return undefined;
  return { algorithms: found.algorithms, der: writeDer(SEQUENCE, found.identifier, key.whole), inner: key.content.subarray(1) };
}

/** Reads a PrivateKeyInfo, version 1 or 2; `undefined` if it is none, or of an algorithm that is not supported. */
export function readPkcs8(bytes: Uint8Array): WrappedKey | undefined {
  const [version, head, key, ...rest] = sequence(bytes);
  const found = head && identify(head);
  if (found === undefined || !/^0[01]$/.test(hexOf(version, INTEGER) ?? '') || key?.tag !== OCTET_STRING) return undefined;
  const isEd25519 = found.algorithms[0] === 'ed25519';
  const [seed, ...more] = isEd25519 ? (readDer(key.content) ?? []) : [];
  if (isEd25519 && (seed?.tag !== OCTET_STRING || more.length > 0)) return undefined;
  // [1] IMPLICIT BIT STRING (RFC 5958, section 2).
  const publicKey = rest.find(({ tag }) => tag === 0x81)?.content.subarray(1);
  return {
    algorithms: found.algorithms,
    der: writeDer(SEQUENCE, new Uint8Array([INTEGER, 1, 0]), found.identifier, key.whole),
    inner: seed?.content ?? key.content,
    publicKey,
  };
}

/** A PKCS #1 RSAPublicKey as SubjectPublicKeyInfo. */
export function wrapRsaPublic(bytes: Uint8Array): Uint8Array {
  return writeDer(SEQUENCE, rsaIdentifier(), writeDer(BIT_STRING, new Uint8Array([0]), bytes));
}

function wrapPrivate(identifier: Uint8Array, bytes: Uint8Array): Uint8Array {
  return writeDer(SEQUENCE, new Uint8Array([INTEGER, 1, 0]), identifier, writeDer(OCTET_STRING, bytes));
}

/** A PKCS #1 RSAPrivateKey as PrivateKeyInfo. */
export function wrapRsaPrivate(bytes: Uint8Array): Uint8Array {
  return wrapPrivate(rsaIdentifier(), bytes);
}

/** A SEC 1 ECPrivateKey as PrivateKeyInfo: the curve it names, [0], moves into the algorithm identifier. */
export function wrapEcPrivate(bytes: Uint8Array): Uint8Array {
  const curve = sequence(bytes).find(({ tag }) => tag === 0xa0)?.content ?? new Uint8Array(0);
  return wrapPrivate(writeDer(SEQUENCE, writeDer(OBJECT_ID, decodeHex(EC)!), curve), bytes);
}
