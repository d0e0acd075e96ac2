/**
 * Reading answers: so many bytes at the most, in so much time.
 *
 * @module
 */

import { abortable } from '../runtime/abort.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { readBody } from '../runtime/read-stream.ts';

/** How much of an answer is read, and how long that may take. */
export interface AnswerBounds {
  /** Bytes. */
  readonly limit: number;
  /** Seconds, from now to the last byte. */
  readonly seconds: number;
  /** Ends the wait. */
  readonly signal: AbortSignal | undefined;
}

/** The content of an answer; or why there is none: it is larger than the limit, or later. */
export type AnswerBytes = Uint8Array<ArrayBuffer> | 'larger' | 'later';

/**
 * Reads an answer. What is not read any more is cancelled.
 *
 * @throws What its stream throws; a TypeError if it was read before; the reason of the signal.
 */
export async function readAnswer(response: Response, { limit, seconds, signal }: AnswerBounds): Promise<AnswerBytes> {
  const reading = new AbortController();
  let isLate = false;
  const onLate = (): void => void (isLate = true);
  try {
    return (await withDeadline(abortable(readBody(response, limit, reading.signal), signal), seconds, onLate)) ?? 'larger';
  } catch (error) {
    if (isLate) return 'later';
    throw error;
  } finally {
    reading.abort();
  }
}
