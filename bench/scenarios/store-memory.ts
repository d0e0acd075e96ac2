/** Bytes that the replay store in memory takes for a nonce, at a million. Needs `--expose-gc`. */
import { memoryReplayStore } from 'countersign';
import { nonceOf, now } from '../alternatives/typical-request.ts';

const COUNT = 1_000_000;
export const LIMIT = 40;

/** What is in use after collection: objects, and bytes outside the heap. */
function used(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

/** Records a million nonces and measures. */
export async function bytesPerNonce(): Promise<number> {
  const store = memoryReplayStore({ capacity: COUNT, insecurelyAssumeNoEarlierMessages: true });
  const time = now();
  const request = { tenant: '', scope: '0:4:jdoe', created: time, keepUntil: time + 305, now: time, futureSkew: 5 };
  const before = used();
  for (let index = 0; index < COUNT; index++) {
    const answer = await store.consume({ ...request, nonce: nonceOf(index) });
    if (answer !== 'consumed') throw new Error(`nonce ${index}: ${answer}`);
  }
  const after = used();
  if ((await store.consume({ ...request, nonce: nonceOf(7) })) !== 'replayed') throw new Error('a nonce was forgotten');
  return (after - before) / COUNT;
}
