/**
 * What an answer says besides, because of how its caller is known.
 *
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { clockOf } from '../runtime/time.ts';
import type { Consumer } from '../signature/consumer.ts';
import { assertFieldName } from './credential/places.ts';

/** What is asked for. */
export interface AnswerFieldsOptions {
  /** The field that tells a caller whose key was rotated for how many seconds it still counts: `x-key-rotated-out`. Default: none. */
  readonly rotatedOutField?: string | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
}

const NAMES: OptionNames<AnswerFieldsOptions> = { rotatedOutField: true, now: true };

/**
 * The fields to set on the answer to a caller. A key in the query must reach neither the next page nor a shared cache:
 * `Referrer-Policy: no-referrer` and `Cache-Control: private` say so.
 */
export function answerFields(
  consumer: Consumer & { readonly place?: string | undefined },
  options: AnswerFieldsOptions = {},
): Readonly<Record<string, string>> {
  const { rotatedOutField, now } = readOptions(options, NAMES);
  const clock = clockOf(now);
  assertObject(consumer, 'consumer');
  if (rotatedOutField !== undefined) assertFieldName(rotatedOutField, 'rotatedOutField');
  const fields: Record<string, string> = {};
  if (consumer.place === 'query') Object.assign(fields, { 'referrer-policy': 'no-referrer', 'cache-control': 'private' });
  if (rotatedOutField === undefined) return fields;
  if (consumer.rotatedOut) fields[rotatedOutField] = String(Math.max(0, consumer.rotatedOut.until - clock()));
  return fields;
}
