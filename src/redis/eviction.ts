/**
 * Whether a Redis evicts keys when its memory is full: then it forgets what must last, one after the other.
 *
 * @module
 */

import type { Send } from './send.ts';

/** Requires what keys of Redis may begin with. @throws {TypeError | RangeError} */
export function assertPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string') throw new TypeError('prefix must be a string');
  if (!/^[\w:-]{1,40}$/.test(prefix)) throw new RangeError('prefix must be 1 to 40 letters, digits and :_-');
}

/** Whether it is declared that the server evicts nothing. @throws {TypeError} */
export function readEviction(eviction: unknown): boolean {
  if (eviction !== undefined && eviction !== 'noeviction')
    throw new TypeError("eviction must be 'noeviction': what else would lose what must last");
  return eviction !== undefined;
}

/**
 * Requires a Redis that refuses instead. `otherwise` says what it would do.
 *
 * @throws {Error} If it evicts, or does not tell.
 */
export async function requireNoEviction(send: Send, otherwise: string): Promise<void> {
  const policy = await policyOf(send);
  if (policy === undefined)
    throw new Error("this Redis does not tell its maxmemory-policy: look it up, and say eviction: 'noeviction' if it is that");
  if (policy !== 'noeviction')
    throw new Error(`this Redis evicts keys when it is full (maxmemory-policy ${policy}), and would ${otherwise}: set noeviction`);
}

async function policyOf(send: Send): Promise<string | undefined> {
  return find(await answer(send, ['INFO', 'memory'])) ?? find(await answer(send, ['CONFIG', 'GET', 'maxmemory-policy']));
}

/** What may be forbidden. */
async function answer(send: Send, args: readonly string[]): Promise<unknown> {
  try {
    return await send(args);
  } catch {
    return undefined;
  }
}

/**
 * The policy that an answer tells; of several nodes, one that evicts if there is one. Servers answer a text, clients a list, a map or an object
 * of it, or one for each node.
 */
function find(found: unknown): string | undefined {
  const policies = [
    ...textsOf(found)
      .join(':')
      .matchAll(/maxmemory[-_]policy:(?:value:)?([a-z-]+)/g),
  ].map(([, policy]) => policy!);
  return policies.find((policy) => policy !== 'noeviction') ?? policies[0];
}

/** All texts of an answer, in their order. */
function textsOf(found: unknown): readonly string[] {
  if (typeof found === 'string') return [found];
  if (typeof found !== 'object' || found === null) return [];
  const parts: readonly unknown[] = Array.isArray(found) ? found : [...(found instanceof Map ? found : Object.entries(found))];
  return parts.flatMap(textsOf);
}
