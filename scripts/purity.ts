/**
 * Purity is reachability: what can be reached from the folders that compute the signed text names no clock, timer,
 * randomness, cryptography, I/O or message of the Fetch API. Types may.
 *
 * Read from the imports themselves, not from a list of files: a module that one of these folders comes to import is held to
 * the same.
 *
 * @module
 */

import { type Modules, reachableFrom } from './modules.ts';

const PURE = /^(rfc9421|structured-fields|canonical)\//;

/** What the language and its hosts call them. */
const IMPURE: Readonly<Record<string, string>> = {
  'a clock': 'Date performance Temporal Intl',
  'a timer': 'setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame requestIdleCallback AbortSignal scheduler Atomics',
  // Or a way to it that no rule would see: members of Math are fine, but for one.
  randomness: 'Math Math.random',
  cryptography: 'crypto Crypto CryptoKey SubtleCrypto',
  'I/O':
    'fetch XMLHttpRequest WebSocket EventSource console process Deno Bun require navigator location document localStorage sessionStorage indexedDB caches Worker BroadcastChannel MessageChannel postMessage WebAssembly',
  'a message of the Fetch API': 'Request Response Headers FormData Blob File ReadableStream WritableStream TransformStream',
  'whatever the host has': 'globalThis global window self eval Function',
};

const forbidden = new Map(Object.entries(IMPURE).flatMap(([what, names]) => names.split(' ').map((name) => [name, what] as const)));

/** What is wrong, a line each: `canonical/json.ts:12: names a clock: Date`. */
export function purityViolations(modules: Modules): readonly string[] {
  const starts = [...modules.keys()].filter((path) => PURE.test(path));
  return [...reachableFrom(modules, starts)].sort().flatMap((path) => {
    const { uses, imports } = modules.get(path)!;
    const named = uses.flatMap(({ name, line }) => {
      const what = forbidden.get(name) ?? (name.startsWith('Math.') ? undefined : forbidden.get(name.split('.')[0]!));
      return what === undefined ? [] : [`${path}:${line}: names ${what}: ${name}`];
    });
    const foreign = imports.filter(({ kind, target }) => kind !== 'type' && (kind === 'dynamic' || !modules.has(target)));
    return [...named, ...foreign.map(({ target, line }) => `${path}:${line}: imports ${target}, which nobody can look into`)];
  });
}
