/**
 * Keys from PEM: SubjectPublicKeyInfo and PKCS #8, and the older forms PKCS #1 (RSA) and SEC 1 (elliptic curves).
 *
 * @see RFC 7468
 * @module
 */

import type { Algorithm } from './algorithm.ts';
import { algorithms } from './algorithm.ts';
import type { Jwk } from './jwk.ts';
import type { WrappedKey } from './key-der.ts';
import { readPkcs8, readSpki, wrapEcPrivate, wrapRsaPrivate, wrapRsaPublic } from './key-der.ts';
import type { ImportKeyOptions } from './key-options.ts';
import type { PrivateParts, PublicParts } from './key-parts.ts';
import { parsePem } from './pem.ts';
import { importWebPrivate, importWebPublic, requireWebCrypto } from './web-key.ts';

function choose({ algorithms: fitting }: WrappedKey, asked: Algorithm | undefined): Algorithm {
  const chosen = asked === undefined ? fitting : fitting.filter((name) => name === asked);
  if (chosen.length === 1) return chosen[0]!;
  throw new TypeError(chosen.length === 0 ? `the key is for ${fitting.join(' or ')}` : `options.algorithm must be ${fitting.join(' or ')}`);
}

async function toJwk(format: 'spki' | 'pkcs8', der: Uint8Array, algorithm: Algorithm, name: string): Promise<Jwk> {
  const subtle = requireWebCrypto(algorithm);
  try {
    const key = await subtle.importKey(format, der as BufferSource, algorithms[algorithm].params, true, [
      format === 'spki' ? 'verify' : 'sign',
    ]);
    return await subtle.exportKey('jwk', key);
  } catch (cause) {
    throw new TypeError(`${name} is no valid key for ${algorithm}`, { cause });
  }
}

function readPublic(label: string, der: Uint8Array): WrappedKey {
  if (label.endsWith('PRIVATE KEY')) throw new TypeError('publicKey is a private key where a public one is expected');
  const wrapped = label === 'PUBLIC KEY' ? readSpki(der) : label === 'RSA PUBLIC KEY' ? readSpki(wrapRsaPublic(der)) : undefined;
  if (wrapped === undefined) throw new TypeError('publicKey must be a PUBLIC KEY or RSA PUBLIC KEY of a supported algorithm');
  return wrapped;
}

const PRIVATE_READERS: readonly (readonly [label: string, toPkcs8: (der: Uint8Array) => Uint8Array])[] = [
  ['PRIVATE KEY', (der) => der],
  ['RSA PRIVATE KEY', wrapRsaPrivate],
  ['EC PRIVATE KEY', wrapEcPrivate],
];

function readPrivate(label: string, der: Uint8Array): WrappedKey {
  if (label.endsWith('PUBLIC KEY')) throw new TypeError('privateKey is a public key where a private one is expected');
  if (label === 'ENCRYPTED PRIVATE KEY') throw new TypeError('privateKey is encrypted: decrypt it first');
  const toPkcs8 = PRIVATE_READERS.find(([name]) => name === label)?.[1];
  const wrapped = toPkcs8 && readPkcs8(toPkcs8(der));
  if (wrapped === undefined)
    throw new TypeError('privateKey must be a PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY of a supported algorithm');
  return wrapped;
}

/** See `importPublicKeyPem`. */
export async function readPublicPem(publicKey: string, { algorithm }: ImportKeyOptions = {}): Promise<PublicParts> {
  const { label, der } = parsePem(publicKey, 'publicKey');
  const wrapped = readPublic(label, der);
  const chosen = choose(wrapped, algorithm);
  return chosen === 'ed25519' ? { point: wrapped.inner } : importWebPublic(chosen, await toJwk('spki', wrapped.der, chosen, 'publicKey'));
}

/** See `importPrivateKeyPem`. */
export async function readPrivatePem(privateKey: string, { algorithm }: ImportKeyOptions = {}): Promise<PrivateParts> {
  const { label, der } = parsePem(privateKey, 'privateKey');
  const wrapped = readPrivate(label, der);
  const chosen = choose(wrapped, algorithm);
  if (chosen === 'ed25519') return { seed: wrapped.inner, point: wrapped.publicKey };
  return importWebPrivate(chosen, await toJwk('pkcs8', wrapped.der, chosen, 'privateKey'));
}
