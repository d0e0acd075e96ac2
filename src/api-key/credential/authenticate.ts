/**
 * Who calls, by a key that is sent: found in one place, looked up once, compared in constant time, and answered in one way to whoever
 * does not have it.
 *
 * @module
 */

import { hmacKey } from '../../crypto/hmac/hmac.ts';
import { prepareMac } from '../../crypto/hmac/mac.ts';
import type { VerificationKey } from '../../crypto/key.ts';
import { VerificationError } from '../../errors.ts';
import { DEFAULT_LIMITS } from '../../http/limits.ts';
import { takeRequest } from '../../http/request-view.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import { ask } from '../../signature/ask.ts';
import type { Consumer } from '../../signature/consumer.ts';
import { requireUsable } from '../../signature/key-record.ts';
import { annotated } from '../../signature/refusal.ts';
import type { ApiKeysSetup } from '../options.ts';
import { consumerOf, type KeyRing, type ReadyKey, rotationOf } from '../ring/key-ring.ts';
import type { StoredKey } from '../store/record.ts';
import { parseKey } from './format.ts';
import { type Credential, type CredentialPlaces, findCredentials, type Place, type ReadPlaces, readPlaces } from './places.ts';

/** Who calls, and where the key stood. */
export interface IdentifiedConsumer extends Consumer {
  /** Where the key stood. */
  readonly place: Place;
}

/** Seconds that a look-up may take. */
const PATIENCE = 5;

/** Identifies callers. */
export class Authenticator {
  readonly #setup: ApiKeysSetup;
  readonly #ring: KeyRing;
  readonly #onUse: (key: StoredKey) => void;

  constructor(setup: ApiKeysSetup, ring: KeyRing, onUse: (key: StoredKey) => void) {
    this.#setup = setup;
    this.#ring = ring;
    this.#onUse = onUse;
  }

  /** Who calls. @throws {VerificationError} If that is not to be told. */
  async authenticate(request: Request | RequestMessage, given: CredentialPlaces): Promise<IdentifiedConsumer> {
    const places = readPlaces(given, this.#setup.prefix);
    try {
      const found = await findCredentials(takeRequest(request, DEFAULT_LIMITS, undefined), places);
      const credential = requireOne(found);
      const { key } = await this.#prove(credential, places);
      const { status, notBefore, notAfter } = key;
      requireUsable({ status, notBefore, notAfter, rotatedOut: rotationOf(key) }, this.#setup.now());
      this.#onUse(key);
      const proof = credential.place === 'basic' ? 'secret' : 'identification';
      return Object.freeze({ ...consumerOf(key, proof), place: credential.place });
    } catch (error) {
      throw annotated(error, { challenge: places.challenge, now: this.#setup.now() });
    }
  }

  /** The key whose secret this is. One answer to whoever does not have it, after the same work. */
  async #prove(credential: Credential, places: ReadPlaces): Promise<ReadyKey> {
    const { keyid, secret, place } = credential;
    const parsed = parseKey(secret);
    if (place === 'basic' && parsed?.kind !== 'bearer') return this.#proveSigningSecret(keyid!, secret, places);
    if (parsed === undefined) throw new VerificationError('credential_malformed', 'this is no key, or a character of it is wrong');
    if (parsed.kind === 'hmac')
      throw new VerificationError('credential_forbidden_here', 'a signing secret is never sent: sign with it. Have this one rotated');
    return this.#proveBearer(parsed.keyid, secret, keyid === undefined || keyid === parsed.keyid, places);
  }

  async #proveBearer(keyid: string, text: string, agrees: boolean, { kinds }: ReadPlaces): Promise<ReadyKey> {
    const { hashes } = this.#setup;
    if (hashes === undefined) throw new TypeError('bearer keys need the option pepper of createApiKeys');
    const found = await ask('the key', PATIENCE, () => this.#ring.find(keyid));
    const ready = found?.key.kind === 'bearer' && kinds.includes('bearer') ? found : undefined;
    const isRight = await ask('the key', PATIENCE, () => hashes.verify(text, ready?.key));
    if (ready === undefined || !isRight || !agrees) throw invalid();
    return ready;
  }

  /** The secret is not kept, only what verifies with it: so both sides make a code of the same text. */
  async #proveSigningSecret(keyid: string, secret: string, { kinds }: ReadPlaces): Promise<ReadyKey> {
    if (!kinds.includes('hmac'))
      throw new VerificationError('credential_malformed', 'the password is no key, or a character of it is wrong');
    const found = await ask('the key', PATIENCE, () => this.#ring.find(keyid));
    const ready = found?.key.kind === 'hmac' ? found : undefined;
    const text = encodeUtf8(keyid);
    const code = await prepareMac(encodeUtf8(secret))(text);
    const isRight = (await (ready?.verificationKey ?? nobodysKey()).verify(text, code)) === true;
    if (ready === undefined || !isRight) throw invalid();
    return ready;
  }
}

/** For as much work as there is with a key. */
function nobodysKey(): VerificationKey {
  return hmacKey(new Uint8Array(32));
}

/** The same credential in several places is one; two that differ would be two callers. */
function requireOne(found: readonly Credential[]): Credential {
  // What names its key besides must agree with itself.
  const first = found.find(({ keyid }) => keyid !== undefined) ?? found[0];
  if (first === undefined) throw new VerificationError('credential_missing', 'no key was sent');
  if (found.some(({ secret }) => secret !== first.secret))
    throw new VerificationError('credential_ambiguous', 'two places hold different keys');
  return first;
}

function invalid(): VerificationError {
  return new VerificationError('credential_invalid', 'there is no such key, or it does not count here');
}
