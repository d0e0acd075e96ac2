/**
 * Signatures as a peer claims them: parsed, nothing proved.
 *
 * @see RFC 9421, section 4
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type MemberSource, parseDictionaryMembers } from '../structured-fields/parse.ts';
import { type Item, isInnerList } from '../structured-fields/value.ts';
import { asRefusal } from './as-refusal.ts';
import { type Component, componentOf } from './component.ts';
import { requireDistinct } from './distinct.ts';
import type { KnownLists } from './known-lists.ts';
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
 * Splits the two fields into signatures; `known` are component lists that were read before.
 *
 * @throws {VerificationError} `signature_malformed` for bad syntax, a label that occurs twice or in one field only, or
 *   more labels than `limits.labels`.
 */
export function parseSignatureFields(
  input: string,
  signature: string,
  limits: SignatureLimits,
  known?: KnownLists,
): readonly SignatureCandidate[] {
  const inputs = parseMembers(input, 'signature-input', limits);
  const signatures = parseMembers(signature, 'signature', limits);
  const [first] = inputs;
  // What nearly every message has: one signature, for which no table is needed.
  if (first !== undefined && inputs.length === 1 && signatures.length === 1 && signatures[0]!.key === first.key)
    return [candidateOf(first, input, signatures[0], limits, known)];
  const byLabel = requireUnique(signatures, 'signature');
  const labels = requireUnique(inputs, 'signature-input');
  for (const { key } of signatures) {
    if (!labels.has(key)) throw malformed(`${key} is in signature only`);
  }
  return inputs.map((member) => candidateOf(member, input, byLabel.get(member.key), limits, known));
}

/** Section 4.1 wants unique labels; RFC 9651 alone would let the last one win. */
function requireUnique(members: readonly MemberSource[], field: string): ReadonlyMap<string, MemberSource> {
  const byLabel = new Map<string, MemberSource>();
  for (const member of members) {
    if (byLabel.has(member.key)) throw malformed(`${field} has ${member.key} twice`);
    byLabel.set(member.key, member);
  }
  return byLabel;
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
  { key: label, member, start, end }: MemberSource,
  input: string,
  signature: MemberSource | undefined,
  limits: SignatureLimits,
  known: KnownLists | undefined,
): SignatureCandidate {
  if (signature === undefined) throw malformed(`${label} is in signature-input only`);
  const bytes = isInnerList(signature.member) ? undefined : signature.member.value;
  if (!isInnerList(member) || !(bytes instanceof Uint8Array)) throw malformed(`${label} is not a list of components with a signature`);
  if (member.items.length > limits.components) throw malformed(`${label} covers more than ${limits.components} components`);
  const read = (): UnverifiedSignature => ({
    ...readSignatureParams(member.params),
    label,
    components: known?.get(input.slice(start, member.paramsStart)) ?? readComponents(member.items, input),
    params: input.slice(start, end),
    signature: bytes,
  });
  return { label, tag: member.params.get('tag'), read };
}

function readComponents(items: readonly Item[], input: string): readonly Component[] {
  const components = items.map((item) => componentOf(item, textOf(input, item)));
  asRefusal(() => requireDistinct(components));
  return components;
}

/** The identifier as it was received, so that the base repeats the sender's own spelling. */
function textOf(input: string, item: Item): string {
  return input.slice(item.start, item.end);
}

function malformed(message: string): VerificationError {
  return new VerificationError('signature_malformed', message);
}
