/**
 * The wrappings of keys in DER: SubjectPublicKeyInfo and PKCS #8, and the older PKCS #1 (RSA) and SEC 1 (elliptic curves).
 *
 * Read to the last byte: what stands beside the key, behind it or in unused bits is refused, since the next reader may take it for
 * the key.
 *
 * @see RFC 5280 (SPKI), RFC 5958 (PKCS #8), RFC 8017 A.1 (PKCS #1), RFC 5915 (SEC 1), RFC 4055 (RSASSA-PSS)
 * @module
 */

import { fromHex, toHex } from '../../internal/hex.ts';
import { type Algorithm, type AlgorithmEntry, algorithms } from '../algorithm.ts';
import type { Jwk } from '../jwk.ts';
import {
  BIT_STRING,
  type DerElement,
  hexOf,
  INTEGER,
  NULL,
  OBJECT_ID,
  OCTET_STRING,
  readBits,
  readDer,
  readOne,
  readSequence,
  readUnsigned,
  SEQUENCE,
  SET,
  writeBits,
  writeDer,
  writeUnsigned,
} from './der.ts';
import { shapeOf } from './key-numbers.ts';

/** A key and the algorithms it may be for. */
export interface WrappedKey {
  readonly algorithms: readonly Algorithm[];
  readonly jwk: Jwk;
}

/** The algorithms of the table that something is true of. */
function algorithmsWhere(holds: (entry: AlgorithmEntry) => boolean): readonly Algorithm[] {
  return (Object.keys(algorithms) as Algorithm[]).filter((name) => holds(algorithms[name]));
}

const entryOf = (names: readonly Algorithm[]): AlgorithmEntry | undefined => names[0] && algorithms[names[0]];

// What an AlgorithmIdentifier says.

/** id-RSASSA-PSS and id-mgf1 (RFC 4055, section 3.1), as hex. */
const RSASSA_PSS = '2a864886f70d01010a';

const MGF1 = '2a864886f70d010108';

function algorithmsOf(identifier: Uint8Array): readonly Algorithm[] {
  const hex = toHex(identifier);
  const [id, params, ...rest] = readSequence(identifier);
  if (hexOf(id, OBJECT_ID) !== RSASSA_PSS) return algorithmsWhere((entry) => entry.identifier === hex);
  return rest.length > 0 ? [] : algorithmsWhere((entry) => entry.pssHash !== undefined && allowsPss(params, entry));
}

/** Whether an AlgorithmIdentifier is that of a hash: its parameters are NULL, or absent (RFC 4055, section 2.1). */
function isHash(identifier: Uint8Array | undefined, hash: string | undefined): boolean {
  const [id, params, ...rest] = readSequence(identifier);
  return hexOf(id, OBJECT_ID) === hash && rest.length === 0 && (params === undefined || hexOf(params, NULL) === '');
}

/**
 * Whether the parameters of an RSASSA-PSS key allow an algorithm (RFC 4055, sections 3.1 and 3.3). Without parameters a key is not
 * restricted. A member that is left out is SHA-1, or MGF1 with SHA-1; of salt, 20 bytes; salts may be longer than the key says.
 */
function allowsPss(params: DerElement | undefined, { pssHash, params: { saltLength = 0 } }: AlgorithmEntry): boolean {
  if (params === undefined) return true;
  const members = readSequence(params.whole);
  // Each at most once, in their order.
  if (members.some(({ tag }, index) => tag < 0xa0 || tag > 0xa3 || (index > 0 && tag <= members[index - 1]!.tag))) return false;
  const [hash, mask, salt, trailer] = [0xa0, 0xa1, 0xa2, 0xa3].map((tag) => members.find((member) => member.tag === tag)?.content);
  const [maskId, maskHash, ...rest] = readSequence(mask);
  const isMask = hexOf(maskId, OBJECT_ID) === MGF1 && rest.length === 0 && isHash(maskHash?.whole, pssHash);
  const least = salt === undefined ? 20 : smallNumber(salt);
  return (
    isHash(hash, pssHash) && isMask && least !== undefined && least <= saltLength && (trailer === undefined || smallNumber(trailer) === 1)
  );
}

function smallNumber(bytes: Uint8Array): number | undefined {
  const number = readUnsigned(readOne(bytes, INTEGER));
  return number !== undefined && number.length <= 2 ? number.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}

// Public keys.

/** Reads a SubjectPublicKeyInfo; `undefined` if it is none, or of an algorithm that is not supported. */
export function readSpki(bytes: Uint8Array): WrappedKey | undefined {
  const [identifier, key, ...rest] = readSequence(bytes);
  const bits = key?.tag === BIT_STRING && rest.length === 0 ? readBits(key.content) : undefined;
  return identifier && bits && wrapped(algorithmsOf(identifier.whole), (entry) => shapeOf(entry).readPublic(entry, bits));
}

/** Reads an RSAPublicKey of PKCS #1. */
export function readPkcs1Public(bytes: Uint8Array): WrappedKey | undefined {
  return wrapped(
    algorithmsWhere(({ kty }) => kty === 'RSA'),
    (entry) => shapeOf(entry).readPublic(entry, bytes),
  );
}

function wrapped(names: readonly Algorithm[], read: (entry: AlgorithmEntry) => Jwk | undefined): WrappedKey | undefined {
  const entry = entryOf(names);
  const jwk = entry && read(entry);
  return jwk && { algorithms: names, jwk };
}

// Private keys.

/** Reads a PrivateKeyInfo, version 1 or 2; `undefined` if it is none, or of an algorithm that is not supported. */
export function readPkcs8(bytes: Uint8Array): WrappedKey | undefined {
  const [version, identifier, key, ...rest] = readSequence(bytes);
  if (rest[0]?.tag === 0xa0 && isAttributes(rest[0].content)) rest.shift();
  // [1] IMPLICIT BIT STRING: version 2 puts the public key beside the private one (RFC 5958, section 2).
  const point = rest[0]?.tag === 0x81 ? rest.shift() : undefined;
  const hasRightVersion = hexOf(version, INTEGER) === (point === undefined ? '00' : '01');
  if (identifier === undefined || !hasRightVersion || key?.tag !== OCTET_STRING || rest.length > 0) return undefined;
  return wrapped(algorithmsOf(identifier.whole), (entry) => {
    const jwk = shapeOf(entry).readPrivate(entry, key.content);
    const bits = point && readBits(point.content);
    const beside = bits && shapeOf(entry).readPublic(entry, bits);
    if (point !== undefined && beside === undefined) return undefined;
    return jwk && together(jwk, beside);
  });
}

/** Some systems write down what a key is for; what an attribute says changes nothing. */
function isAttributes(content: Uint8Array): boolean {
  const attributes = readDer(content) ?? [];
  return (
    attributes.length > 0 &&
    attributes.every(({ whole }) => {
      const [type, values, ...rest] = readSequence(whole);
      return type?.tag === OBJECT_ID && values?.tag === SET && rest.length === 0;
    })
  );
}

function together(jwk: Jwk, beside: Jwk = {}): Jwk {
  for (const name of Object.keys(beside) as (keyof Jwk)[]) {
    if (jwk[name] !== undefined && jwk[name] !== beside[name]) throw new TypeError('privateKey and its public key do not belong together');
  }
  return { ...jwk, ...beside };
}

/** Reads an RSAPrivateKey of PKCS #1. */
export function readPkcs1Private(bytes: Uint8Array): WrappedKey | undefined {
  return wrapped(
    algorithmsWhere(({ kty }) => kty === 'RSA'),
    (entry) => shapeOf(entry).readPrivate(entry, bytes),
  );
}

/** id-ecPublicKey (RFC 5480, section 2.1.1), as hex. */
const EC = '2a8648ce3d0201';

/** Reads an ECPrivateKey of SEC 1, which names its curve itself, in [0]. */
export function readSec1(bytes: Uint8Array): WrappedKey | undefined {
  const curve = readSequence(bytes).find(({ tag }) => tag === 0xa0)?.content;
  if (curve === undefined) return undefined;
  const identifier = writeDer(SEQUENCE, writeDer(OBJECT_ID, fromHex(EC)!), curve);
  return wrapped(algorithmsOf(identifier), (entry) => shapeOf(entry).readPrivate(entry, bytes));
}

// Writing.

const identifierOf = ({ identifier = '' }: AlgorithmEntry): Uint8Array => fromHex(identifier)!;

/** A public key as SubjectPublicKeyInfo. */
export function writeSpki(entry: AlgorithmEntry, jwk: Jwk): Uint8Array<ArrayBuffer> {
  return writeDer(SEQUENCE, identifierOf(entry), writeBits(shapeOf(entry).writePublic(entry, jwk)));
}

/** A private key as PKCS #8, version 1. */
export function writePkcs8(entry: AlgorithmEntry, jwk: Jwk): Uint8Array<ArrayBuffer> {
  const key = writeDer(OCTET_STRING, shapeOf(entry).writePrivate(entry, jwk));
  return writeDer(SEQUENCE, writeUnsigned(new Uint8Array(1)), identifierOf(entry), key);
}
