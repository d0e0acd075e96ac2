/**
 * A signature base, of whatever holds one: the base itself, a refusal, what `sign --json` printed, or a message as HTTP text.
 *
 * @module
 */

import { parseJsonLossy } from '../../canonical/strict-json.ts';
import { isVerificationError } from '../../errors.ts';
import { parseUnverifiedSignatures } from '../../http/parse-unverified.ts';
import { memberOf } from '../../internal/options.ts';
import { decodeUtf8 } from '../../internal/utf8.ts';
import { createSignatureBase, maskBase } from '../../rfc9421/base.ts';
import { createFieldReader } from '../../rfc9421/field-lines.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import { requestSource } from '../../rfc9421/source.ts';
import { verifyContentDigest } from '../../signature/content-digest.ts';
import { asRefusal } from '../../signature/refusal.ts';
import { type CommandContext, Failure } from '../command.ts';
import { ofFile } from '../input/blame.ts';
import { nameOf, readBytes } from '../input/read.ts';
import { readHttpText } from '../verify/http-text.ts';

/** A base, and what its message shows besides. */
export interface FoundBase {
  readonly base: string;
  /** Whether the content of a message fits its Content-Digest; `undefined` where there is nothing to compare. */
  readonly contentFits?: boolean | undefined;
  /** What a refusal says: its code, and its detail. */
  readonly refusal?: string | undefined;
}

/** Finds it. @throws {Failure} If the file holds nothing of the kind. */
export async function readBase(context: CommandContext, file: string, scheme: string): Promise<FoundBase> {
  const bytes = await readBytes(context, file);
  const text = decodeUtf8(bytes)?.trimStart() ?? '';
  if (text.startsWith('"')) return { base: text.trimEnd().replaceAll('\r\n', '\n') };
  if (text.startsWith('{')) return ofFile(file, () => fromJson(parseJsonLossy(text), file));
  const message = await ofFile(file, () => readHttpText(bytes, scheme));
  try {
    return { base: baseOf(message), contentFits: await contentFits(message) };
  } catch (error) {
    throw isVerificationError(error) ? new Failure(`${nameOf(file)}: ${error.message}`, { cause: error }) : error;
  }
}

function fromJson(value: unknown, file: string): FoundBase {
  const member = (name: string) => (typeof value === 'object' && value !== null ? memberOf(value, name) : undefined);
  const base = member('base') ?? member('signatureBase');
  const [code, detail] = [member('code'), member('detail')];
  if (typeof base !== 'string') {
    const said = typeof code === 'string' ? `: it says ${code}, and the verifier keeps what it saw to itself` : '';
    throw new Failure(`${nameOf(file)} holds no signature base${said}`);
  }
  return { base, refusal: typeof code === 'string' ? `${code}${typeof detail === 'string' ? `: ${detail}` : ''}` : undefined };
}

/** As the message claims it: nothing of it is proved. */
function baseOf(message: RequestMessage): string {
  const [signature] = parseUnverifiedSignatures(message);
  if (signature === undefined) throw new Failure('the message is not signed');
  return maskBase(asRefusal(() => createSignatureBase(requestSource(message), signature.components, signature.params)));
}

async function contentFits(message: RequestMessage): Promise<boolean | undefined> {
  const [digest] = createFieldReader(message.fields)('content-digest') ?? [];
  if (digest === undefined) return undefined;
  const body = message.body instanceof Uint8Array ? message.body : new Uint8Array(0);
  return verifyContentDigest(digest, body).then(
    () => true,
    () => false,
  );
}
