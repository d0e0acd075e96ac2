/** Bytes that the replay store in memory takes for a nonce, at a million. Needs `--expose-gc`. */
import { memoryReplayStore } from 'countersign';
import { nonceOf, now } from '../alternatives/typical-request.ts';

const COUNT = 1_000_000;
export const LIMIT = 40;

/** What is in use after collection: objects, and bytes outside the heap. */
async function used(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  // Array buffers are freed in a turn of their own: what was measured before must be gone.
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

/** Records a million nonces and measures: of one key, or of a million keys, which is the most to remember. */
export async function bytesPerNonce(keys: 'one' | 'many'): Promise<number> {
  const store = memoryReplayStore({ capacity: COUNT, insecurelyAssumeNoEarlierMessages: true });
  const time = now();
  const request = { tenant: '', created: time, keepUntil: time + 306, now: time, futureSkew: 5 };
  // As verifiers write them: the length of the keyid, the keyid, and that there is no tag.
  const scopeOf = (index: number) => (keys === 'one' ? '4:jdoe-' : `7:${String(index).padStart(7, '0')}-`);
  const before = await used();
  for (let index = 0; index < COUNT; index++) {
    const answer = await store.consume({ ...request, scope: scopeOf(index), nonce: nonceOf(index) });
    if (answer !== 'consumed') throw new Error(`nonce ${index}: ${answer}`);
  }
  const after = await used();
  if ((await store.consume({ ...request, scope: scopeOf(7), nonce: nonceOf(7) })) !== 'replayed') throw new Error('a nonce was forgotten');
  return (after - before) / COUNT;
}
