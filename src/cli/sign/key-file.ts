/**
 * Keys as files hold them: PEM, JWK, or the lines of a .env file that `keys issue` wrote.
 *
 * @module
 */

import { parseJsonStrict } from '../../canonical/strict-json.ts';
import { importPrivateKeyJwk, importPrivateKeyPem, importPublicKeyJwk, importPublicKeyPem } from '../../crypto/forms/import.ts';
import { secretFromJwk } from '../../crypto/forms/secret-jwk.ts';
import type { Jwk } from '../../crypto/jwk.ts';
import type { PrivateKey, PublicKey } from '../../crypto/key.ts';
import { memberOf } from '../../internal/options.ts';
import { type CommandContext, Failure } from '../command.ts';
import { ofFile } from '../input/blame.ts';
import { nameOf, readText } from '../input/read.ts';
import { warnIfOpen } from '../input/secret.ts';

/** What a file holds. */
export type KeyMaterial =
  | { readonly kind: 'secret'; readonly keyid: string | undefined; readonly secret: string | Uint8Array }
  | { readonly kind: 'private'; readonly keyid: string | undefined; readonly key: PrivateKey }
  | { readonly kind: 'public'; readonly keyid: string | undefined; readonly key: PublicKey };

/** Reads a key. @throws {Failure} If the file holds none. */
export async function readKeyFile(context: CommandContext, file: string): Promise<KeyMaterial> {
  const text = await readText(context, file);
  const material = await ofFile(file, async (): Promise<KeyMaterial> => {
    if (text.includes('-----BEGIN ')) return fromPem(text);
    if (text.trimStart().startsWith('{')) return fromJwk(parseJsonStrict(text) as Jwk);
    return fromLines(text, file);
  });
  if (material.kind !== 'public') await warnIfOpen(context, file);
  return material;
}

/** A private key. @throws {Failure} If the file holds something else. */
export async function readPrivateKey(context: CommandContext, file: string): Promise<PrivateKey> {
  const material = await readKeyFile(context, file);
  if (material.kind !== 'private') throw new Failure(`${nameOf(file)} holds no private key`);
  return material.key;
}

/** A public key, or that of a private one that is shown. @throws {Failure} If the file holds something else. */
export async function readPublicKeyFile(context: CommandContext, file: string): Promise<PublicKey> {
  const material = await readKeyFile(context, file);
  if (material.kind !== 'public') throw new Failure(`${nameOf(file)} holds no public key`);
  return material.key;
}

async function fromPem(text: string): Promise<KeyMaterial> {
  if (text.includes('PUBLIC KEY-----')) return { kind: 'public', keyid: undefined, key: await importPublicKeyPem(text) };
  return { kind: 'private', keyid: undefined, key: await importPrivateKeyPem(text) };
}

async function fromJwk(jwk: Jwk): Promise<KeyMaterial> {
  const kid = memberOf(jwk, 'kid');
  const keyid = typeof kid === 'string' ? kid : undefined;
  if (memberOf(jwk, 'kty') === 'oct') return { kind: 'secret', keyid, secret: await secretFromJwk(jwk) };
  if (memberOf(jwk, 'd') === undefined) return { kind: 'public', keyid, key: await importPublicKeyJwk(jwk) };
  return { kind: 'private', keyid, key: await importPrivateKeyJwk(jwk) };
}

function fromLines(text: string, file: string): KeyMaterial {
  const lines = new Map(
    [...text.matchAll(/^(?:export )?(COUNTERSIGN_\w+)=(["']?)(.*?)\2\r?$/gm)].map(([, name, , value]) => [name, value]),
  );
  const secret = lines.get('COUNTERSIGN_SECRET');
  if (secret === undefined || secret === '')
    throw new Failure(`${nameOf(file)} holds no key: neither PEM nor JWK, and no line COUNTERSIGN_SECRET=…`);
  return { kind: 'secret', keyid: lines.get('COUNTERSIGN_KEYID'), secret };
}
