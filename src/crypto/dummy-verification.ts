/**
 * A verification for nothing: a message with an unknown `keyid` takes as long as one with a wrong signature, so that
 * the time of the answer does not tell which names exist.
 *
 * The keys are constants that nobody signs with. Each is made at the first use of its kind.
 *
 * @module
 */

import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { encodeBase64url } from '../internal/base64.ts';
import { equalBytes } from '../internal/bytes.ts';
import { decodeHex } from '../internal/hex.ts';
import type { Algorithm } from './algorithm.ts';
import { prepareEd25519Public } from './ed25519/keys.ts';
import { nodeMac } from './hmac.ts';
import type { Jwk } from './jwk.ts';
import type { VerificationKey } from './key.ts';
import { makePublicKey } from './key-pair.ts';
import { nodeCrypto, webCrypto } from './runtime.ts';
import { importWebPublic } from './web-crypto.ts';

type Verify = VerificationKey['verify'];

const TYPICAL_BASE_BYTES = 320;

/** These bytes, however many, are below every modulus and order here, so that each is a number to be reckoned with. */
function filler(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length).fill(0x66);
  // Read as an Ed25519 signature: R is the base point, S a number below the order.
  bytes[0] = 0x58;
  bytes[length - 1] = 0x06;
  return bytes;
}

/** Without node:crypto by WebCrypto: the constant is not worth a second implementation in every bundle. */
async function hmacDummy(): Promise<Verify> {
  const node = nodeCrypto();
  if (node === undefined) {
    const subtle = webCrypto()!;
    const key = await subtle.importKey('raw', filler(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    return (base, signature) => subtle.verify('HMAC', key, signature as BufferSource, base as BufferSource);
  }
  const mac = nodeMac(node, filler(32));
  return (base, signature) => equalBytes(mac(base), signature);
}

async function ed25519Dummy(): Promise<Verify> {
  // The base point, which is a point like any other.
  const key = await prepareEd25519Public(new Uint8Array(32).fill(0x66).fill(0x58, 0, 1));
  return (base, signature) => key.verify(base, signature);
}

async function webDummy(algorithm: Algorithm, jwk: Jwk): Promise<Verify> {
  const key = await makePublicKey(await importWebPublic(algorithm, jwk));
  return (base, signature) => key.verify(base, signature);
}

async function p384Dummy(): Promise<Verify> {
  // Its base point (FIPS 186-4, D.1.2.4).
  const x = decodeHex('aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7')!;
  const y = decodeHex('3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f')!;
  return webDummy('ecdsa-p384-sha384', { kty: 'EC', crv: 'P-384', x: encodeBase64url(x), y: encodeBase64url(y) });
}

async function rsaDummy(length: number): Promise<Verify> {
  const n = encodeBase64url(new Uint8Array(length).fill(0xc5));
  return webDummy('rsa-v1_5-sha256', { kty: 'RSA', n, e: 'AQAB' });
}

/** By the length of the signature; 64 bytes are mostly Ed25519. Other lengths verify at no key, so they cost nothing. */
const makers: ReadonlyMap<number, (length: number) => Promise<Verify>> = /* @__PURE__ */ new Map([
  [32, hmacDummy],
  [64, ed25519Dummy],
  [96, p384Dummy],
  [256, rsaDummy],
  [384, rsaDummy],
  [512, rsaDummy],
]);

/** One a length, kept once ready. (Not its promise: on Workers one request cannot wait for another's.) */
const prepared = /* @__PURE__ */ new Map<number, Verify>();

/**
 * Spends what it costs to verify a signature of this kind: at once where that is done at once. Never throws.
 *
 * @param signature the signature itself, so that one the gate refuses at once is refused at once here too; or its length
 * @param base the signature base it came with; default: 320 bytes, a typical one
 */
export function dummyVerify(signature: Uint8Array | number, base: Uint8Array = new Uint8Array(TYPICAL_BASE_BYTES)): Awaitable<void> {
  const length = typeof signature === 'number' ? signature : signature.length;
  const make = makers.get(length);
  if (make === undefined) return undefined;
  const given = typeof signature === 'number' ? filler(length) : signature;
  const verify = prepared.get(length);
  if (verify === undefined) return prepareAndVerify(make, given, base);
  try {
    const answer = verify(base, given);
    return isThenable(answer) ? answer.then(forget, forget) : undefined;
  } catch {
    return undefined;
  }
}

async function prepareAndVerify(make: (length: number) => Promise<Verify>, signature: Uint8Array, base: Uint8Array): Promise<void> {
  const { length } = signature;
  try {
    const verify = await make(length);
    prepared.set(length, verify);
    await verify(base, signature);
  } catch {
    // A runtime without this algorithm has no keys of it either.
  }
}

function forget(): void {}
