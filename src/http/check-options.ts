import { assertInteger } from '../internal/assert.ts';
import { MAX_NONCE } from '../signature/params.ts';
import type { SignOptions } from './sign-message.ts';

const LABEL = /^[a-z*][a-z0-9_\-.*]*$/;

/** Checks the options that few signers use. @throws {TypeError | RangeError} */
export function checkOptions({ tag, label, expiresIn, nonce }: SignOptions): void {
  if (tag?.startsWith('cs1-')) throw new TypeError('tag must not begin with cs1-');
  if (label !== undefined && !LABEL.test(label)) throw new TypeError('label must be a structured field key');
  if (nonce !== undefined && (nonce === '' || nonce.length > MAX_NONCE))
    throw new RangeError(`nonce must have 1 to ${MAX_NONCE} characters`);
  if (expiresIn !== undefined) assertInteger(expiresIn, 'expiresIn', 1, 2 ** 31);
}
