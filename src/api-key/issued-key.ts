/**
 * A key that was just issued: the one moment in which its secret is to be had.
 *
 * @module
 */

import type { ApiKey } from './store/record.ts';

/** A new key with its secret, which no later call answers. Logs and JSON show the key only. `hmacSigner(issued)` signs with it. */
export class IssuedKey {
  /** The public name. */
  readonly keyid: string;
  readonly #key: ApiKey;
  readonly #secret: string;

  constructor(key: ApiKey, secret: string) {
    this.keyid = key.keyid;
    this.#key = key;
    this.#secret = secret;
    // What Node's `console.log` shows.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => `IssuedKey ${JSON.stringify(this)}` });
    Object.freeze(this);
  }

  /** What there is to know about the key. */
  get key(): ApiKey {
    return this.#key;
  }

  /** The signing secret, or the whole bearer key: for the owner, once. */
  get secret(): string {
    return this.#secret;
  }

  /** What logs may show. */
  toJSON(): object {
    return { keyid: this.keyid, key: this.key };
  }
}
