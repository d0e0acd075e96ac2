/**
 * What came of verifying one request, for people and for programs.
 *
 * @module
 */

import { isVerificationError, type UnmetRequirement, type VerificationError } from '../../errors.ts';
import type { Verifier } from '../../http/verifier.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import type { VerifiedSignature } from '../../signature/verified/verified.ts';
import type { CommandContext } from '../command.ts';
import { painter, printable, table, timeText } from '../output/text.ts';

/** What came of it. */
export type Outcome =
  | { readonly request: string; readonly valid: true; readonly keyid: string; readonly signatures: readonly VerifiedSignature[] }
  | {
      readonly request: string;
      readonly valid: false;
      readonly code: string;
      readonly message: string;
      readonly keyid: string | undefined;
      readonly unmet: readonly UnmetRequirement[];
      readonly signatureBase: string | undefined;
    };

/** Verifies one. @throws {VerificationError} If the store of keys failed. */
export async function verifyOne(request: string, verifier: Verifier, message: RequestMessage): Promise<Outcome> {
  try {
    const { keyid, signatures } = await verifier.verifyRequest(message);
    return { request, valid: true, keyid, signatures };
  } catch (error) {
    if (!isVerificationError(error) || error.status >= 500) throw error;
    return refused(request, error);
  }
}

function refused(request: string, { code, message, keyid, unmet, signatureBase }: VerificationError): Outcome {
  return { request, valid: false, code, message, keyid, unmet, signatureBase };
}

/** The same as text. */
export function outcomeText(outcome: Outcome, context: CommandContext): string {
  const { good, bad } = painter(context.stdout, context);
  const title = printable(outcome.request);
  if (outcome.valid) {
    const rows = outcome.signatures.flatMap(({ keyid, algorithm, tag, created, expires, components }) => [
      ['keyid', printable(keyid)],
      ['algorithm', algorithm],
      ...(tag === undefined ? [] : [['tag', printable(tag)]]),
      ['created', timeText(created)],
      ...(expires === undefined ? [] : [['expires', timeText(expires)]]),
      ['covered', components.join(' ')],
    ]);
    return `${good('valid')} ${title}\n${indented(rows)}`;
  }
  const { message, keyid, unmet, signatureBase } = outcome;
  const rows = [
    ...(keyid === undefined ? [] : [['keyid', printable(keyid)]]),
    ...unmet.slice(1).map(({ code, detail }) => ['also', printable(`${code}${detail === undefined ? '' : `: ${detail}`}`)]),
  ];
  const base =
    signatureBase === undefined ? '' : `  what was verified, for countersign explain:\n${signatureBase.replace(/^/gm, '    ')}\n`;
  return `${bad('refused')} ${title}: ${printable(message)}\n${indented(rows)}${base}`;
}

function indented(rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : table(rows).replace(/^(?=.)/gm, '  ');
}
