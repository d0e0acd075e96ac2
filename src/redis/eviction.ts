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
