/**
 * What a key itself is in DER, inside SubjectPublicKeyInfo and PKCS #8: one shape for each kind of key (`kty`).
 *
 * @see RFC 8017, appendix A.1 (RSA); RFC 5480, section 2.2, and RFC 5915 (elliptic curves); RFC 8410 (Ed25519)
 * @module
 */

import { toBase64url } from '../../internal/base64.ts';
import { concatBytes } from '../../internal/bytes.ts';
import { toHex } from '../../internal/hex.ts';
import type { AlgorithmEntry } from '../algorithm.ts';
import { type Jwk, memberBytes } from '../jwk.ts';
import {
  BIT_STRING,
  hexOf,
  INTEGER,
  OBJECT_ID,
  OCTET_STRING,
  readBits,
  readOne,
  readSequence,
  readUnsigned,
  SEQUENCE,
  writeBits,
  writeDer,
  writeUnsigned,
} from './der.ts';

/** How the keys of a kind are written. Readers answer `undefined` for what is no such key, and look at everything that is there. */
export interface KeyShape {
  readPublic(entry: AlgorithmEntry, bytes: Uint8Array): Jwk | undefined;
  /** Public members are there if the bytes show them. */
  readPrivate(entry: AlgorithmEntry, bytes: Uint8Array): Jwk | undefined;
  writePublic(entry: AlgorithmEntry, jwk: Jwk): Uint8Array;
  writePrivate(entry: AlgorithmEntry, jwk: Jwk): Uint8Array;
}

/** Raw bytes, a private key's inside one more OCTET STRING. */
const okp: KeyShape = {
  readPublic: ({ kty, crv, fieldBytes }, bytes) => (bytes.length === fieldBytes ? { kty, crv, x: toBase64url(bytes) } : undefined),
  readPrivate: ({ kty, crv, fieldBytes }, bytes) => {
    const seed = readOne(bytes, OCTET_STRING)?.content;
    return seed !== undefined && seed.length === fieldBytes ? { kty, crv, d: toBase64url(seed) } : undefined;
  },
  writePublic: (_, jwk) => memberBytes(jwk, 'x'),
  writePrivate: (_, jwk) => writeDer(OCTET_STRING, memberBytes(jwk, 'd')),
};

/** The number of an uncompressed point. */
const UNCOMPRESSED = 4;

const EC_VERSION = '01';

/** Whether an object identifier is that of the curve: an AlgorithmIdentifier ends with it, and SEC 1 repeats it. */
function isOfCurve({ identifier = '' }: AlgorithmEntry, curve: Uint8Array): boolean {
  return readOne(curve, OBJECT_ID) !== undefined && identifier.endsWith(toHex(curve));
}

const ec: KeyShape = {
  readPublic: ({ kty, crv, fieldBytes = 0 }, bytes) => {
    if (bytes[0] !== UNCOMPRESSED || bytes.length !== 1 + 2 * fieldBytes) return undefined;
    const [x, y] = [bytes.subarray(1, 1 + fieldBytes), bytes.subarray(1 + fieldBytes)];
    return { kty, crv, x: toBase64url(x), y: toBase64url(y) };
  },
  readPrivate: (entry, bytes) => {
    const { kty, crv, fieldBytes } = entry;
    const [version, key, ...rest] = readSequence(bytes);
    const curve = rest[0]?.tag === 0xa0 ? rest.shift() : undefined;
    const point = rest[0]?.tag === 0xa1 ? rest.shift() : undefined;
    if (hexOf(version, INTEGER) !== EC_VERSION || key?.tag !== OCTET_STRING || key.content.length !== fieldBytes) return undefined;
    if (rest.length > 0 || (curve !== undefined && !isOfCurve(entry, curve.content))) return undefined;
    const jwk = { kty, crv, d: toBase64url(key.content) };
    if (point === undefined) return jwk;
    const bits = readBits(readOne(point.content, BIT_STRING)?.content ?? new Uint8Array(0));
    const publicJwk = bits && ec.readPublic(entry, bits);
    return publicJwk && { ...jwk, ...publicJwk };
  },
  writePublic: (_, jwk) => concatBytes(new Uint8Array([UNCOMPRESSED]), memberBytes(jwk, 'x'), memberBytes(jwk, 'y')),
  writePrivate: (entry, jwk) =>
    writeDer(
      SEQUENCE,
      writeUnsigned(new Uint8Array([1])),
      writeDer(OCTET_STRING, memberBytes(jwk, 'd')),
      ...(jwk.x === undefined ? [] : [writeDer(0xa1, writeBits(ec.writePublic(entry, jwk)))]),
    ),
};

const RSA_PUBLIC = ['n', 'e'] as const;

const RSA_PRIVATE = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** A SEQUENCE of just these numbers, each in its shortest form. */
function readNumbers(kty: string, names: readonly (keyof Jwk)[], elements: ReturnType<typeof readSequence>): Jwk | undefined {
  if (elements.length !== names.length) return undefined;
  const jwk: Record<string, string> = { kty };
  for (const [index, name] of names.entries()) {
    const bytes = readUnsigned(elements[index]);
    if (bytes === undefined) return undefined;
    jwk[name] = toBase64url(bytes);
  }
  return jwk;
}

function writeNumbers(names: readonly (keyof Jwk)[], jwk: Jwk): readonly Uint8Array[] {
  return names.map((name) => writeUnsigned(memberBytes(jwk, name)));
}

const rsa: KeyShape = {
  readPublic: ({ kty }, bytes) => readNumbers(kty, RSA_PUBLIC, readSequence(bytes)),
  readPrivate: ({ kty }, bytes) => {
    const [version, ...numbers] = readSequence(bytes);
    // Version 1 has more than two primes.
    return hexOf(version, INTEGER) === '00' ? readNumbers(kty, RSA_PRIVATE, numbers) : undefined;
  },
  writePublic: (_, jwk) => writeDer(SEQUENCE, ...writeNumbers(RSA_PUBLIC, jwk)),
  writePrivate: (_, jwk) => writeDer(SEQUENCE, writeUnsigned(new Uint8Array(1)), ...writeNumbers(RSA_PRIVATE, jwk)),
};

const shapes: Readonly<Partial<Record<AlgorithmEntry['kty'], KeyShape>>> = { OKP: okp, EC: ec, RSA: rsa };

/** The shape of the keys of an algorithm that has key pairs. */
export function shapeOf({ kty }: AlgorithmEntry): KeyShape {
  return shapes[kty]!;
}
