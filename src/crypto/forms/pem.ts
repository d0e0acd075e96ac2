/**
 * PEM (RFC 7468): the one key in a text, whatever stands around it.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from '../../internal/base64.ts';
import { type Algorithm, algorithms } from '../algorithm.ts';
import { pkcs8OfSeed, spkiOfPoint } from '../ed25519/backend.ts';
import { type Jwk, memberBytes } from '../jwk.ts';
import type { PrivateParts, PublicParts } from '../key.ts';
import { importWebPrivate, importWebPublic, requireWebCrypto } from '../web-crypto.ts';
import type { ImportKeyOptions } from './import-options.ts';
import { readPkcs8, readSpki, type WrappedKey, wrapEcPrivate, wrapRsaPrivate, wrapRsaPublic } from './key-der.ts';

/** A block of PEM. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/**
 * Finds the one key in a text; `openssl ecparam` puts its curve before it, which is skipped.
 *
 * @throws {TypeError} naming the argument if there is none or more than one
 */
export function parsePem(text: string, name: string): PemBlock {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string`);
  const blocks = [...text.matchAll(BLOCK)].filter(([, label]) => label !== 'EC PARAMETERS');
  const [, label, body] = blocks[0] ?? [];
  const der = body === undefined || blocks.length > 1 ? undefined : decodeBase64(body.replace(/\s+/g, ''));
  if (label === undefined || der === undefined) throw new TypeError(`${name} must be one key in PEM`);
  return { label, der };
}

/** A block of PEM, 64 characters a line. */
export function writePem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${encodeBase64(der).replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

// Keys from PEM: SubjectPublicKeyInfo and PKCS #8, and the older forms PKCS #1 (RSA) and SEC 1 (elliptic curves).
//
// @see RFC 7468

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

// Keys as PEM: SubjectPublicKeyInfo and PKCS #8.
//
// @see RFC 7468, sections 10 and 13

async function derOf(algorithm: Algorithm, jwk: Jwk, format: 'spki' | 'pkcs8'): Promise<Uint8Array> {
  const subtle = requireWebCrypto(algorithm);
  const key = await subtle.importKey('jwk', jwk as JsonWebKey, algorithms[algorithm].params, true, [format === 'spki' ? 'verify' : 'sign']);
  return new Uint8Array(await subtle.exportKey(format, key));
}

/** A public JWK as PEM. */
export async function publicPem(algorithm: Algorithm, jwk: Jwk): Promise<string> {
  return writePem('PUBLIC KEY', algorithm === 'ed25519' ? spkiOfPoint(memberBytes(jwk, 'x')) : await derOf(algorithm, jwk, 'spki'));
}

/** A private JWK as PEM. */
export async function privatePem(algorithm: Algorithm, jwk: Jwk): Promise<string> {
  return writePem('PRIVATE KEY', algorithm === 'ed25519' ? pkcs8OfSeed(memberBytes(jwk, 'd')) : await derOf(algorithm, jwk, 'pkcs8'));
}
