/**
 * What is said of an error, and with which code the program ends: one line, and the same as JSON where that is asked for.
 *
 * @module
 */

import { isApiKeyError } from '../api-key/api-key-error.ts';
import { isVerificationError } from '../errors.ts';
import { EXIT, type ExitCode, type Output, Refusal, UsageError } from './command.ts';

/** Where it is said, and how much. */
export interface ReportOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly json: boolean;
  /** Also where it comes from. */
  readonly debug: boolean;
}

/** Says it. */
export function report(error: unknown, { stdout, stderr, json, debug }: ReportOptions): ExitCode {
  const { kind, code } = kindOf(error);
  const message = messageOf(error);
  stderr.write(message.startsWith('Usage: ') ? `${message}\n` : `countersign: ${message}\n`);
  if (debug && error instanceof Error) stderr.write(`${stackOf(error)}\n`);
  if (json) stdout.write(`${JSON.stringify({ error: { kind, code, message } })}\n`);
  return EXIT[kind];
}

/** Of the keys, what an operator cannot help by asking for something else. */
const BROKEN: readonly string[] = ['master_key_unknown', 'sealed_mismatch'];

function kindOf(error: unknown): { readonly kind: 'usage' | 'no' | 'failed'; readonly code?: string } {
  if (error instanceof UsageError) return { kind: 'usage' };
  if (error instanceof Refusal) return { kind: 'no', code: error.code };
  if (isApiKeyError(error)) return { kind: BROKEN.includes(error.code) ? 'failed' : 'no', code: error.code };
  if (isVerificationError(error)) return { kind: error.status >= 500 ? 'failed' : 'no', code: error.code };
  return { kind: 'failed' };
}

/** One line; but a page of help is a page. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof UsageError) return error.message;
  return oneLine(error);
}

/** The first line of what an error says. What has none of its own (several addresses, none of which answered) says what its first cause does. */
export function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const own = error.message.split('\n', 1)[0]!.trim();
  if (own !== '') return own;
  if (error instanceof AggregateError && error.errors.length > 0) return oneLine(error.errors[0]);
  return 'code' in error ? String(error.code) : error.name;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
