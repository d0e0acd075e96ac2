/**
 * Keys made of JWKs, which every form of a key is read into; and pairs that are new.
 *
 * @module
 */

import { assertFlag, assertInteger, assertNoPromise } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { toBase64url } from '../internal/base64.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { type Algorithm, type AlgorithmEntry, algorithms } from './algorithm.ts';
import { isAcceptableKey } from './ed25519/gate.ts';
import { preparePrivate } from './ed25519/keys.ts';
import { type Jwk, memberBytes, ownMember } from './jwk.ts';
import { isAlgorithm, PrivateKey, type PrivateKeyParts, PublicKey } from './key.ts';
import { MAX_MODULUS_BITS, MIN_MODULUS_BITS, privateMembers, publicMembers } from './key-members.ts';
import { drawBytes, type RandomBytes, systemRandomBytes } from './random.ts';
import { jwkThumbprint } from './thumbprint.ts';
import { prepareVerify } from './verification.ts';
import { generateWebKey, webSign } from './web-crypto.ts';

/**
 * Makes a public key of its JWK, whose other members are ignored.
 *
 * @throws {TypeError | RangeError} If a member is missing, or is nothing that a key of the algorithm may have.
 */
export async function createPublicKey(algorithm: Algorithm, jwk: Jwk): Promise<PublicKey> {
  const entry = algorithms[algorithm];
  const members = publicMembers(entry, jwk);
  if (entry.implementation === 'ed25519' && !isAcceptableKey(memberBytes(members, 'x')))
    throw new RangeError('publicKey is of small order or not canonical');
  return new PublicKey(algorithm, members, await prepareVerify(algorithm, members));
}

/** What signs, and the public members that belong to it. */
type Prepared = Pick<PrivateKeyParts, 'sign'> & { readonly publicJwk: Jwk; readonly jwk: Jwk };

type Implementation = Exclude<AlgorithmEntry['implementation'], 'hmac'>;

const signing: Readonly<Record<Implementation, (algorithm: Algorithm, jwk: Jwk) => Promise<Prepared>>> = {
  /** The public key is derived: one given from outside could be made to leak the seed. It may be absent, as in PKCS #8. */
  ed25519: async (algorithm, jwk) => {
    const { kty, crv, fieldBytes } = algorithms[algorithm];
    const seed = memberBytes(jwk, 'd', fieldBytes);
    const { x, sign } = await preparePrivate(seed);
    if (ownMember(jwk, 'x') !== undefined && jwk.x !== x) throw notOnePair();
    return { sign, publicJwk: { crv, kty, x }, jwk: { crv, kty, x, d: toBase64url(seed) } };
  },
  webcrypto: async (algorithm, given) => {
    const jwk = privateMembers(algorithms[algorithm], given);
    const publicKey = await createPublicKey(algorithm, jwk);
    const sign = await webSign(algorithm, jwk);
    await requireOnePair(publicKey, sign);
    return { sign, publicJwk: { ...publicKey.jwk }, jwk };
  },
};

function notOnePair(): TypeError {
  return new TypeError('privateKey and its public key do not belong together');
}

/** Not every runtime looks whether two halves belong together. */
async function requireOnePair(publicKey: PublicKey, sign: PrivateKeyParts['sign']): Promise<void> {
  const probe = new Uint8Array(32);
  if (!(await publicKey.verify(probe, await sign(probe)))) throw notOnePair();
}

/**
 * Makes a private key of its JWK, whose other members are ignored.
 *
 * @throws {TypeError | RangeError} If a member is missing or is nothing that a key of the algorithm may have, or if the private and
 *   the public members are of two keys.
 */
export async function createPrivateKey(algorithm: Algorithm, jwk: Jwk, extractable: boolean): Promise<PrivateKey> {
  const { implementation } = algorithms[algorithm];
  if (implementation === 'hmac') throw new TypeError(`${algorithm} has no key pairs`);
  const prepared = await signing[implementation](algorithm, jwk);
  return named({ ...prepared, algorithm, jwk: extractable ? prepared.jwk : undefined });
}

/** Makes a private key of what signs, and shows that it belongs to its public key, if that is known. */
export async function bindPrivateKey(
  algorithm: Algorithm,
  sign: (base: Uint8Array) => Awaitable<Uint8Array>,
  publicKey: PublicKey | undefined,
): Promise<PrivateKey> {
  if (publicKey !== undefined) {
    if (publicKey.algorithm !== algorithm) throw notOnePair();
    await requireOnePair(publicKey, sign);
  }
  return named({ algorithm, sign, publicJwk: publicKey && { ...publicKey.jwk }, jwk: undefined });
}

async function named(parts: PrivateKeyParts): Promise<PrivateKey> {
  return new PrivateKey(parts, parts.publicJwk && (await jwkThumbprint(parts.publicJwk)));
}

/**
 * The public half of a private key, ready to verify.
 *
 * @throws {TypeError} If it is not known: the key is a non-extractable `CryptoKey` that came alone; or if it is no private key.
 */
export async function derivePublicKey(privateKey: PrivateKey): Promise<PublicKey> {
  assertNoPromise(privateKey, 'privateKey');
  if (!(privateKey instanceof PrivateKey)) throw new TypeError('privateKey must be a PrivateKey');
  const { algorithm, publicJwk } = privateKey;
  if (publicJwk === undefined) throw new TypeError('privateKey does not show its public key');
  return createPublicKey(algorithm, publicJwk);
}

// Pairs that are new.

/** Both halves. The thumbprint of the private one is the usual `keyid`. */
export interface KeyPair {
  /** Signs: make a signer of it with `createSigner`. */
  readonly privateKey: PrivateKey;
  /** Verifies: give it to whoever should. */
  readonly publicKey: PublicKey;
}

/** What `generateKeyPair` takes. */
export interface GenerateKeyPairOptions {
  /** The algorithm the pair is for. Default: `ed25519`. */
  readonly algorithm?: Exclude<Algorithm, 'hmac-sha256'> | undefined;
  /** Whether `exportPrivateKey…` may show the private key, to store it. Default: false. */
  readonly extractable?: boolean | undefined;
  /** Bits of an RSA modulus, from 2,048 to 16,384. Default: 3,072. Other algorithms ignore it. */
  readonly modulusLength?: number | undefined;
  /** Where the seed of an Ed25519 key comes from; other keys are made by WebCrypto. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes | undefined;
}

const GENERATE: OptionNames<GenerateKeyPairOptions> = { algorithm: true, extractable: true, modulusLength: true, randomBytes: true };

/**
 * Makes a key pair.
 *
 * @throws {TypeError} If an option is unusable, or the algorithm needs WebCrypto and there is none.
 * @throws {RangeError} If `modulusLength` is out of bounds.
 */
export async function generateKeyPair(options: GenerateKeyPairOptions = {}): Promise<KeyPair> {
  const {
    algorithm = 'ed25519',
    extractable = false,
    modulusLength = 3072,
    randomBytes = systemRandomBytes,
  } = readOptions(options, GENERATE, { elsewhere: { keyid: 'createSigner' } });
  assertFlag(extractable, 'options.extractable');
  assertInteger(modulusLength, 'options.modulusLength', MIN_MODULUS_BITS, MAX_MODULUS_BITS);
  const entry: AlgorithmEntry | undefined = isAlgorithm(algorithm) ? algorithms[algorithm] : undefined;
  if (entry === undefined || entry.implementation === 'hmac') throw new TypeError('options.algorithm must have key pairs');
  const jwk =
    entry.implementation === 'ed25519'
      ? { d: toBase64url(drawBytes(randomBytes, entry.fieldBytes!)) }
      : await generateWebKey(algorithm, modulusLength);
  const privateKey = await createPrivateKey(algorithm, jwk, extractable);
  return { privateKey, publicKey: await derivePublicKey(privateKey) };
}
