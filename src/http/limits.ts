/**
 * Limits on what a peer may send. They bound cost, so that refusing is always cheap.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { FieldLines, RequestMessage, ResponseMessage } from '../rfc9421/message.ts';

/** Each an option; sizes are bytes. */
export interface Limits {
  /** Signatures in one message. */
  readonly labels: number;
  /** Components of one signature. */
  readonly components: number;
  /** One field line. */
  readonly fieldBytes: number;
  /** All fields together. */
  readonly totalFieldBytes: number;
  /** Content that is read into memory. */
  readonly bodyBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  labels: 4,
  components: 32,
  fieldBytes: 8 * 1024,
  totalFieldBytes: 64 * 1024,
  bodyBytes: 1024 * 1024,
};

/** What the signature fields of a `Headers` are; the others there were bounded by the server that read them. */
const SIGNATURE_FIELDS = ['signature-input', 'signature', 'content-digest'];

/**
 * Requires that fields are within the limits.
 *
 * @throws {VerificationError} `signature_malformed`.
 */
export function requireWithinLimits({ fields }: RequestMessage | ResponseMessage, limits: Limits): void {
  let total = 0;
  if (Array.isArray(fields)) {
    for (const line of fields as FieldLines) total = add(total, line[0], line[1].length, limits);
    return;
  }
  const headers = fields as Exclude<typeof fields, readonly unknown[]>;
  for (const name of SIGNATURE_FIELDS) total = add(total, name, headers.get(name)?.length ?? 0, limits);
}

function add(total: number, name: string, length: number, limits: Limits): number {
  const sum = total + name.length + length;
  if (length > limits.fieldBytes || sum > limits.totalFieldBytes)
    throw new VerificationError('signature_malformed', 'the fields are larger than the limits');
  return sum;
}
