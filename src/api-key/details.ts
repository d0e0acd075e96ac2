/**
 * What a provider says of a key besides what it is: read and checked, for keys that are new and keys that change.
 *
 * @module
 */

import { canonicalizeJson } from '../canonical/json.ts';
import { assertInteger, assertObject, assertText, assertTexts } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { isWellFormed } from '../internal/utf8.ts';
import type { LimitWindow } from './store/record.ts';

/** What may be changed of a key at any time. */
export interface KeyDetails {
  /** What its owner calls it; up to 256 characters. */
  readonly name?: string | undefined;
  /** What it may be used for: printable ASCII without blanks, quotes and backslashes; 100 at the most. */
  readonly scopes?: readonly string[] | undefined;
  /** Texts by name, for the provider's own sorting; 50 at the most. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Limits of its own, for whoever limits requests. */
  readonly limits?: readonly LimitWindow[] | undefined;
  /** Anything the provider wants to find again: JSON, 16 KiB at the most. */
  readonly metadata?: unknown;
}

/** A key as it is asked for. Durations are whole seconds, times whole seconds since the epoch. */
export interface NewKey extends KeyDetails {
  /** Who uses it, by the provider's own name; up to 256 characters. */
  readonly owner: string;
  /** Whose customer the owner is; default `''`. */
  readonly tenant?: string | undefined;
  /** When it ends by itself, from now; default: never. */
  readonly expiresIn?: number | undefined;
  /** The first second it counts; default: now. */
  readonly notBefore?: number | undefined;
  /** `pending`: it does not count before `enable`. Default `active`. */
  readonly status?: 'active' | 'pending' | undefined;
  /** Who asks for it, for the audit; default `system`. */
  readonly actor?: string | undefined;
}

/** Names of the options, for `readOptions`. */
export const DETAIL_NAMES: OptionNames<KeyDetails> = { name: true, scopes: true, labels: true, limits: true, metadata: true };

/** Names of the options, for `readOptions`. */
export const NEW_KEY_NAMES: OptionNames<NewKey> = {
  name: true,
  scopes: true,
  labels: true,
  limits: true,
  metadata: true,
  owner: true,
  tenant: true,
  expiresIn: true,
  notBefore: true,
  status: true,
  actor: true,
};

/** Details as they are stored. */
export interface ReadDetails {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly limits: readonly LimitWindow[] | undefined;
  readonly metadata: unknown;
}

/** The details, checked and copied; what is not given is as in `before`. */
export function readDetails(given: KeyDetails, before?: ReadDetails): ReadDetails {
  return {
    name: given.name === undefined ? (before?.name ?? '') : readText(given.name, 'name', 0),
    scopes: given.scopes === undefined ? (before?.scopes ?? []) : readScopes(given.scopes),
    labels: given.labels === undefined ? (before?.labels ?? {}) : readLabels(given.labels),
    limits: given.limits === undefined ? before?.limits : readWindows(given.limits),
    metadata: given.metadata === undefined ? before?.metadata : readMetadata(given.metadata),
  };
}

/** Text that a database holds: well-formed, no NUL, up to 256 characters. */
export function readText(text: unknown, name: string, min = 1): string {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string`);
  if (text.length < min || text.length > 256) throw new RangeError(`${name} must be ${min} to 256 characters`);
  // PostgreSQL's text has no NUL, and no UTF-8 has a lone surrogate.
  if (!isWellFormed(text) || text.includes('\0')) throw new TypeError(`${name} must be well-formed text without NUL`);
  return text;
}

/** A longest life of ten years catches milliseconds. */
const LONGEST_LIFE = 315_360_000;

/** A duration, checked. */
export function readDuration(seconds: unknown, name: string, min = 1): number {
  assertInteger(seconds, name, min, LONGEST_LIFE);
  return seconds;
}

/** The characters of RFC 6749, section 3.3. */
const SCOPE = /^[!#-[\]-~]{1,128}$/;

/** Scopes, checked and copied; doubled ones count once. */
function readScopes(scopes: readonly string[]): readonly string[] {
  assertTexts(scopes, 'scopes');
  if (scopes.length > 100) throw new RangeError('scopes must be 100 at the most');
  if (!scopes.every((scope) => SCOPE.test(scope)))
    throw new RangeError('each of scopes must be 1 to 128 printable ASCII characters without blanks, quotes and backslashes');
  return [...new Set(scopes)];
}

function readLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  assertObject(labels, 'labels');
  const entries = Object.entries(labels);
  if (entries.length > 50) throw new RangeError('labels must be 50 at the most');
  return Object.fromEntries(entries.map(([name, text]) => [readText(name, 'a name in labels'), readText(text, 'a text in labels', 0)]));
}

const WINDOW: OptionNames<LimitWindow> = { name: true, points: true, seconds: true };

function readWindows(limits: readonly LimitWindow[]): readonly LimitWindow[] {
  if (!Array.isArray(limits)) throw new TypeError('limits must be a list of { name, points, seconds }');
  if (limits.length > 10) throw new RangeError('limits must be 10 at the most');
  return limits.map((given: LimitWindow) => {
    const { name, points, seconds } = readOptions(given, WINDOW, { name: 'limits' });
    assertText(name, 'limits.name');
    assertInteger(points, 'limits.points', 1);
    return { name: readText(name, 'limits.name'), points, seconds: readDuration(seconds, 'limits.seconds') };
  });
}

const MAX_METADATA = 16_384;

function jsonOf(metadata: unknown): string {
  try {
    return canonicalizeJson(metadata);
  } catch (cause) {
    throw new TypeError(`metadata must be JSON: ${(cause as Error).message}`, { cause });
  }
}

/** A copy, by way of the text that is stored. */
function readMetadata(metadata: unknown): unknown {
  const text = jsonOf(metadata);
  if (text.length > MAX_METADATA) throw new RangeError('metadata must be at most 16 KiB of JSON');
  if (text.includes('\\u0000')) throw new TypeError('metadata must not hold NUL');
  return JSON.parse(text);
}
