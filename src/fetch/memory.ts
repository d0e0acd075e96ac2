/**
 * Memories that do not grow without end.
 *
 * @module
 */

const MAX_ENTRIES = 1000;

/** Adds to a memory; what was learnt first goes first. */
export function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.delete(key);
  const [oldest] = memory.size >= MAX_ENTRIES ? memory.keys() : [];
  if (oldest !== undefined) memory.delete(oldest);
  memory.set(key, value);
}
