/**
 * One signature, spelled as nearly every signer spells it: without blanks, and nothing beside it.
 *
 * Whose form is fixed (URL, payload, license) is read in this way only, and no more is read than what may differ: label, parameters and
 * signature. Where any form is allowed, it is the short cut for component lists that were read before.
 *
 * @see RFC 9421, section 4; WIRE, "Query carrier" and "Body carrier"
 * @module
 */

import { fromBase64 } from '../internal/base64.ts';
import { ComponentError } from '../internal/component-error.ts';
import { parseParameters } from '../structured-fields/parse-item.ts';
import type { Component } from './component.ts';
import { readSignatureParams } from './params.ts';
import type { SignatureCandidate, UnverifiedSignature } from './unverified-signature.ts';

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
 * @throws {ComponentError} `signature_malformed` if there is anything else, or a parameter twice.
 */
export function readSingle(
  { label, list }: SignatureHead,
  components: readonly Component[],
  input: string,
  signature: string,
): SignatureCandidate {
  const params = input.slice(label.length + 1);
  const received = parseParameters(params.slice(list.length), { unique: true });
  const base64 = signature.slice(label.length + 2, -1);
  const bytes = signature === `${label}=:${base64}:` ? fromBase64(base64) : undefined;
  if (!bytes?.length) throw new ComponentError('signature_malformed', 'the two do not hold one signature');
  const read = () => ({ ...readSignatureParams(received), label, components, params, parameters: received, signature: bytes });
  return { label, tag: received.get('tag'), read };
}

/**
 * Reads the one signature of a carrier whose form is fixed: it has this tag, and covers exactly `components`, in this order.
 *
 * @throws {ComponentError} `signature_malformed`, `tag_mismatch` or `component_uncovered`.
 */
export function readFixedSignature(input: string, signature: string, components: readonly Component[], tag: string): UnverifiedSignature {
  const list = `(${components.map(({ identifier }) => identifier).join(' ')})`;
  const head = headOf(input);
  if (head === undefined) throw new ComponentError('signature_malformed', 'it does not begin with a label and a list of components');
  if (head.list !== list) throw new ComponentError('component_uncovered', `the signature must cover exactly ${list}`);
  const candidate = readSingle(head, components, input, signature);
  if (candidate.tag !== tag) throw new ComponentError('tag_mismatch', `a signature with the tag "${tag}" is wanted`);
  return candidate.read();
}
