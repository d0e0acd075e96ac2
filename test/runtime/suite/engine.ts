/**
 * What the suite needs and bare engines lack: hex, UTF-8, random numbers of a seed.
 *
 * @module
 */

/** The globals we ask about, none of which is everywhere. */
export interface Engine {
  readonly crypto?: { readonly subtle?: unknown; getRandomValues?(bytes: Uint8Array): Uint8Array } | undefined;
  readonly process?: { getBuiltinModule?(name: string): unknown; readonly versions?: unknown } | undefined;
  readonly Deno?: unknown;
  readonly isSecureContext?: boolean | undefined;
  readonly document?: unknown;
  readonly fetch?: typeof fetch | undefined;
  readonly Request?: typeof Request | undefined;
  readonly TextEncoder?: unknown;
}

/** The global object as such an engine. */
export const engine: Engine = globalThis as unknown as Engine;

/** Bytes of hex. */
export function unhex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}

/** Hex of bytes. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1);
  return text;
}

/** UTF-8 without TextEncoder. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let index = 0; index < escaped.length; index++) {
    if (escaped[index] === '%') {
      bytes.push(Number.parseInt(escaped.slice(index + 1, index + 3), 16));
      index += 2;
    } else bytes.push(escaped.charCodeAt(index));
  }
  return new Uint8Array(bytes);
}

/** A source of numbers that gives the same ones in every engine (mulberry32). */
export interface Random {
  /** From 0 up to, not including, `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** Numbers of a seed. For tests alone. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    pick: (choices) => choices[below(choices.length)]!,
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let index = 0; index < length; index++) bytes[index] = next();
      return bytes;
    },
  };
}

/** What a bare engine is given, and others have. */
interface Host {
  readonly hostNow?: () => number;
  readonly hostRandom?: (length: number) => string;
  readonly hostFetch?: (request: string) => Promise<string>;
}

/** What the host of a bare engine brings; empty elsewhere. */
export const host: Host = globalThis as unknown as Host;

/** Randomness for the calls that take it: injected where the engine has none. */
export const injectedRandom: { readonly randomBytes?: (length: number) => Uint8Array } = {
  ...(host.hostRandom && { randomBytes: (length: number) => unhex(host.hostRandom!(length)) }),
};

/** Clock and randomness. */
export const injected: typeof injectedRandom & { readonly now?: () => number } = {
  ...(host.hostNow && { now: host.hostNow }),
  ...injectedRandom,
};
