/**
 * Whether a Redis evicts keys when its memory is full: then it accepts messages again, one after the other.
 *
 * @module
 */

import type { Send } from './send.ts';

/**
 * Requires a Redis that refuses instead.
 *
 * @throws {Error} If it evicts, or does not tell.
 */
export async function requireNoEviction(send: Send): Promise<void> {
  const policy = await policyOf(send);
  if (policy === undefined)
    throw new Error("this Redis does not tell its maxmemory-policy: look it up, and say eviction: 'noeviction' if it is that");
  if (policy !== 'noeviction')
    throw new Error(`this Redis evicts keys when it is full (maxmemory-policy ${policy}), and would accept messages again: set noeviction`);
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

/** Servers answer a text, clients a list, a map or an object of it. */
function find(found: unknown): string | undefined {
  if (found instanceof Map) return find([...found].flat());
  if (Array.isArray(found)) return find(found.join(':'));
  if (typeof found === 'object' && found !== null) return find(Object.entries(found).flat());
  return typeof found === 'string' ? /maxmemory[-_]policy:([a-z-]+)/.exec(found)?.[1] : undefined;
}
