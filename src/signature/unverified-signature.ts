/**
 * Signatures as a peer claims them: parsed, nothing proved.
 *
 * @see RFC 9421, section 4
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type MemberSource, parseDictionaryMembers } from '../structured-fields/parse.ts';
import { type Item, isInnerList } from '../structured-fields/value.ts';
import { type Component, componentOf } from './component.ts';
import { readSignatureParams, type SignatureParams } from './params.ts';

/** One signature, unverified: every part of it may be an attacker's. */
export interface UnverifiedSignature extends SignatureParams {
  /** The dictionary key. It means nothing: intermediaries may change it. */
  readonly label: string;
  readonly components: readonly Component[];
  /** The received text of `@signature-params`, used verbatim. */
  readonly params: string;
  readonly signature: Uint8Array;
}

/** A signature whose own parts are not read yet. */
export interface SignatureCandidate {
  readonly label: string;
  /** The `tag` parameter, by which candidates are chosen; labels mean nothing. */
  readonly tag: unknown;
  /** Reads the rest, strictly. */
  read(): UnverifiedSignature;
}

/** How much is read at the most. */
export interface SignatureLimits {
  readonly labels: number;
  readonly components: number;
}

/**
 * Splits the two fields into signatures.
 *
 * @throws {VerificationError} `signature_malformed` for bad syntax, a label that occurs twice or in one field only, or
 *   more labels than `limits.labels`.
 */
export function parseSignatureFields(input: string, signature: string, limits: SignatureLimits): readonly SignatureCandidate[] {
  const inputs = uniqueMembers(input, 'signature-input', limits);
  const signatures = uniqueMembers(signature, 'signature', limits);
  for (const label of signatures.keys()) {
    if (!inputs.has(label)) throw malformed(`${label} is in signature only`);
  }
  return [...inputs].map(([label, member]) => candidateOf(label, input, member, signatures.get(label), limits));
}

function uniqueMembers(text: string, field: string, limits: SignatureLimits): Map<string, MemberSource> {
  const members = new Map<string, MemberSource>();
  for (const member of parseMembers(text, field, limits)) {
    // Section 4.1 wants unique labels; RFC 9651 alone would let the last one win.
    if (members.has(member.key)) throw malformed(`${field} has ${member.key} twice`);
    members.set(member.key, member);
  }
  return members;
}

function parseMembers(text: string, field: string, limits: SignatureLimits): readonly MemberSource[] {
  try {
    return parseDictionaryMembers(text, { maxMembers: limits.labels, maxItems: limits.components, onDuplicate: refuseDuplicate });
  } catch (cause) {
    if (cause instanceof VerificationError) throw cause;
    throw new VerificationError('signature_malformed', `${field} is not a valid dictionary within the limits`, { cause });
  }
}

function refuseDuplicate(kind: 'member' | 'parameter', key: string): void {
  throw malformed(`the ${kind} ${key} occurs twice`);
}

function candidateOf(
  label: string,
  input: string,
  source: MemberSource,
  signature: MemberSource | undefined,
  limits: SignatureLimits,
): SignatureCandidate {
  const { member } = source;
  if (signature === undefined) throw malformed(`${label} is in signature-input only`);
  const bytes = isInnerList(signature.member) ? undefined : signature.member.value;
  if (!isInnerList(member) || !(bytes instanceof Uint8Array)) throw malformed(`${label} is not a list of components with a signature`);
  if (member.items.length > limits.components) throw malformed(`${label} covers more than ${limits.components} components`);
  const read = (): UnverifiedSignature => ({
    ...readSignatureParams(member.params),
    label,
    components: member.items.map((item) => componentOf(item, textOf(input, item))),
    params: input.slice(source.start, source.end),
    signature: bytes,
  });
  return { label, tag: member.params.get('tag'), read };
}

/** The identifier as it was received, so that the base repeats the sender's own spelling. */
function textOf(input: string, item: Item): string {
  return input.slice(item.start, item.end);
}

function malformed(message: string): VerificationError {
  return new VerificationError('signature_malformed', message);
}
