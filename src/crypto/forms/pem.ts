/**
 * PEM (RFC 7468): the one key in a text, whatever stands around it.
 *
 * @module
 */

import { assertNoPromise } from '../../internal/assert.ts';
import { fromBase64, toBase64 } from '../../internal/base64.ts';
import { type Algorithm, algorithms } from '../algorithm.ts';
import type { Jwk } from '../jwk.ts';
import { requireWebCrypto } from '../web-crypto.ts';
import type { ReadKey } from './jwk.ts';
import { readPkcs1Private, readPkcs1Public, readPkcs8, readSec1, readSpki, type WrappedKey, writePkcs8 } from './key-der.ts';

interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/**
 * Finds the one key in a text; `openssl ecparam` puts its curve before it, which is skipped.
 *
 * @throws {TypeError} Naming the argument, if there is none or more than one.
 */
function parsePem(text: string, name: string): PemBlock {
  assertNoPromise(text, name);
  if (text === undefined) throw new TypeError(`${name} must be a string, and is undefined: is the variable of the environment set?`);
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string`);
  const blocks = [...text.matchAll(BLOCK)].filter(([, label]) => label !== 'EC PARAMETERS');
  const [, label, body] = blocks[0] ?? [];
  const der = body === undefined || blocks.length > 1 ? undefined : fromBase64(body.replace(/\s+/g, ''));
  if (label === undefined || der === undefined) throw new TypeError(`${name} must be one key in PEM${hintFor(text)}`);
  return { label, der };
}

/** What a text that is no PEM looks like, and what to do about it. */
const LOOKS: readonly (readonly [form: RegExp, hint: string])[] = [
  [/-----BEGIN [\s\S]*\\n/, ": its line feeds are written as \\n, two characters; replace them, as in text.replaceAll('\\\\n', '\\n')"],
  [/^\s*(?:ssh-|ecdsa-sha2-|sk-)/, ': this is an SSH key; ssh-keygen -e -m PKCS8 writes it as PEM'],
  [/^\s*[{[]/, ': this is JSON; for a JWK there are importPublicKeyJwk and importPrivateKeyJwk'],
  [
    /^(?!-----)[^\n]{0,1000}\.(?:pem|key|pub|crt|cer|der|p8|pk8)$|^(?:file:|[a-z]:\\|~?\/|\.\.?\/)[^\n]*$/i,
    ': this is the path of a file; read the file first',
  ],
];

function hintFor(text: string): string {
  return LOOKS.find(([form]) => form.test(text))?.[1] ?? '';
}

/** A block of PEM, 64 characters a line. */
export function writePem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${toBase64(der).replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

// Keys from PEM.

function choose({ algorithms: fitting, jwk }: WrappedKey, asked: Algorithm | undefined): ReadKey {
  const [algorithm, ...others] = asked === undefined ? fitting : fitting.filter((name) => name === asked);
  if (algorithm !== undefined && others.length === 0) return { algorithm, jwk };
  throw new TypeError(
    algorithm === undefined ? `the key is for ${fitting.join(' or ')}` : `options.algorithm must be ${fitting.join(' or ')}`,
  );
}

type Readers = Readonly<Record<string, (der: Uint8Array) => WrappedKey | undefined>>;

const publicReaders: Readers = { __proto__: null as never, 'PUBLIC KEY': readSpki, 'RSA PUBLIC KEY': readPkcs1Public };

const privateReaders: Readers = {
  __proto__: null as never,
  'PRIVATE KEY': readPkcs8,
  'RSA PRIVATE KEY': readPkcs1Private,
  'EC PRIVATE KEY': readSec1,
};

/** Labels that are met, and what makes a key of them. */
const HINTS: Readonly<Record<string, string>> = {
  __proto__: null as never,
  CERTIFICATE: ', not a certificate: openssl x509 -pubkey -noout takes the key out',
  'OPENSSH PRIVATE KEY': ', not of OpenSSH: ssh-keygen -p -m PKCS8 rewrites it',
};

/** Reads a public key. `asked`: the algorithm that the caller says it is for. */
export function readPublicPem(publicKey: string, asked: Algorithm | undefined): ReadKey {
  const { label, der } = parsePem(publicKey, 'publicKey');
  if (label.endsWith('PRIVATE KEY')) throw new TypeError('publicKey is a private key where a public one is expected');
  const key = publicReaders[label]?.(der);
  if (key === undefined)
    throw new TypeError(`publicKey must be a PUBLIC KEY or RSA PUBLIC KEY of a supported algorithm${HINTS[label] ?? ''}`);
  return choose(key, asked);
}

/** Reads a private key. */
export async function readPrivatePem(privateKey: string, asked: Algorithm | undefined): Promise<ReadKey> {
  const { label, der } = parsePem(privateKey, 'privateKey');
  if (label.endsWith('PUBLIC KEY')) throw new TypeError('privateKey is a public key where a private one is expected');
  if (label === 'ENCRYPTED PRIVATE KEY') throw new TypeError('privateKey is encrypted: decrypt it first');
  const key = privateReaders[label]?.(der);
  if (key === undefined)
    throw new TypeError(
      `privateKey must be a PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY of a supported algorithm, and nothing else${HINTS[label] ?? ''}`,
    );
  const { algorithm, jwk } = choose(key, asked);
  const isWhole = algorithms[algorithm].implementation !== 'webcrypto' || algorithms[algorithm].publicMembers.every((name) => jwk[name]);
  return { algorithm, jwk: isWhole ? jwk : await complete(algorithm, jwk) };
}

/** Derives the public members of a key on a curve whose form leaves them out, which takes the arithmetic of the curve. */
async function complete(algorithm: Algorithm, jwk: Jwk): Promise<Jwk> {
  const subtle = requireWebCrypto(algorithm);
  const entry = algorithms[algorithm];
  try {
    const key = await subtle.importKey('pkcs8', writePkcs8(entry, jwk), entry.params, true, ['sign']);
    return { ...(await subtle.exportKey('jwk', key)), ...jwk };
  } catch (cause) {
    throw new TypeError(`privateKey is no valid key for ${algorithm}`, { cause });
  }
}
