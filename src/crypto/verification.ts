/**
 * What verifies with a key whose members were checked: one function for each implementation of the algorithm table.
 *
 * Imported keys and dummy verification both come here, so that they take the same time. Nothing here reads PEM, DER or a JWK that
 * somebody sent.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { type Algorithm, type AlgorithmEntry, algorithms } from './algorithm.ts';
import { ed25519Verify } from './ed25519/keys.ts';
import { macVerify, prepareMac } from './hmac/mac.ts';
import { type Jwk, memberBytes } from './jwk.ts';
import { webVerify } from './web-crypto.ts';

/** Whether a signature is that of a signature base. */
export type Verify = (base: Uint8Array, signature: Uint8Array) => Awaitable<boolean>;

const implementations: Readonly<Record<AlgorithmEntry['implementation'], (algorithm: Algorithm, jwk: Jwk) => Awaitable<Verify>>> = {
  hmac: (_, jwk) => macVerify(prepareMac(memberBytes(jwk, 'k'))),
  ed25519: (_, jwk) => ed25519Verify(memberBytes(jwk, 'x')),
  webcrypto: webVerify,
};

/** Prepares a public key, or a secret, as JWK; its members were checked. */
export function prepareVerify(algorithm: Algorithm, jwk: Jwk): Awaitable<Verify> {
  return implementations[algorithms[algorithm].implementation](algorithm, jwk);
}
