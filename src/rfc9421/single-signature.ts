/**
 * One signature, spelled as nearly every signer spells it: without blanks, and nothing beside it.
 *
 * Whose form is fixed is read in this way only. Where any form is allowed, it is the short cut for component lists that were
 * read before.
 *
 * @see RFC 9421, section 4
 * @module
 */

import { decodeBase64 } from '../internal/base64.ts';
import { parseParameters } from '../structured-fields/parse-item.ts';
import type { Component } from './component.ts';
import { readSignatureParams } from './params.ts';
import type { SignatureCandidate } from './unverified-signature.ts';

/** What Signature-Input begins with. */
export interface SignatureHead {
  readonly label: string;
  /** The text of the covered components, with its parentheses. */
  readonly list: string;
}

/** Lists with a parenthesis inside a name are not read in this way. */
const HEAD = /^([a-z*][-a-z0-9_.*]*)=(\([^()]*\))/;

/** What Signature-Input begins with; `undefined` if that is no label with a list. */
export function headOf(input: string): SignatureHead | undefined {
  const found = HEAD.exec(input);
  return found === null ? undefined : { label: found[1]!, list: found[2]! };
}

/**
 * Reads the rest: the parameters, and the signature in the other field.
 *
 * @throws {SyntaxError} If there is anything else, or a parameter twice.
 */
export function readSingle(
  { label, list }: SignatureHead,
  components: readonly Component[],
  input: string,
  proof: string,
): SignatureCandidate {
  const params = input.slice(label.length + 1);
  const received = parseParameters(params.slice(list.length), { unique: true });
  const base64 = proof.slice(label.length + 2, -1);
  const signature = proof === `${label}=:${base64}:` ? decodeBase64(base64) : undefined;
  if (!signature?.length) throw new SyntaxError('no signature');
  const read = () => ({ ...readSignatureParams(received), label, components, params, signature });
  return { label, tag: received.get('tag'), read };
}
