/**
 * Finding the signatures of a message in its fields.
 *
 * @see RFC 9421, section 4
 * @module
 */

import type { KnownLists } from '../signature/known-lists.ts';
import { parseSignatureFields } from '../signature/parse-signature-fields.ts';
import type { SignatureCandidate } from '../signature/unverified-signature.ts';
import { combine } from './field-lines.ts';
import type { FieldReader } from './field-reader.ts';
import type { Limits } from './limits.ts';

/** The signatures of a message's fields, within the limits. */
export function readCandidates(read: FieldReader, limits: Limits, known?: KnownLists): readonly SignatureCandidate[] {
  const input = read('signature-input');
  const signature = read('signature');
  if (input === undefined && signature === undefined) return [];
  return parseSignatureFields(combine(input ?? []), combine(signature ?? []), limits, known);
}
