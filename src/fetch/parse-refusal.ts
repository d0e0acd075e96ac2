/**
 * Reading a refusal: what a server of ours answers when it does not accept a message.
 *
 * @module
 */

import type { Refusal } from './refusal.ts';

/**
 * Reads a refusal off a response, whose body stays readable; `undefined` if it is none of ours.
 *
 * @throws {TypeError} If the response was read before.
 */
export async function parseRefusal(response: Response): Promise<Refusal | undefined> {
  return (await import('./later.ts')).readRefusal(response);
}
