/**
 * Sending commands to Redis, by whatever client the application has.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';

/** Sends one command with its arguments, and answers the reply; throws what the client throws. */
export type Send = (args: readonly string[]) => Awaitable<unknown>;

/** A script by its hash, which the server tells: what was sent once need not be sent again. */
export class Script {
  readonly #text: string;
  #hash: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  async run(send: Send, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...values];
    const hash = this.#hash;
    if (hash === undefined) return this.#load(send, rest);
    try {
      return await send(['EVALSHA', hash, ...rest]);
    } catch (error) {
      // A server that was started again, or another one of a cluster. valkey-glide spells it in words of its own.
      if (!/NOSCRIPT|No matching script/.test(messageOf(error))) throw error;
      return send(['EVAL', this.#text, ...rest]);
    }
  }

  async #load(send: Send, rest: readonly string[]): Promise<unknown> {
    const hash = await send(['SCRIPT', 'LOAD', this.#text]);
    if (typeof hash === 'string' && /^[0-9a-f]{40}$/.test(hash)) this.#hash = hash;
    return send(['EVAL', this.#text, ...rest]);
  }
}

/** What an error says; `''` if it says nothing. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error === 'string' ? error : '';
}
