/**
 * The signatures of a message, of which there may be several: each a member of the same name in two fields.
 *
 * @see RFC 9421, section 4
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import { type MemberSource, parseDictionaryMembers } from '../structured-fields/parse.ts';
import { type Item, isInnerList } from '../structured-fields/value.ts';
import { type Component, requireDistinct } from './component.ts';
import { combine, type FieldReader } from './field-lines.ts';
import type { KnownLists } from './known-lists.ts';
import { readSignatureParams } from './params.ts';
import { componentOf } from './parse-component.ts';
import { headOf, readSingle } from './single-signature.ts';
import type { SignatureCandidate, UnverifiedSignature } from './unverified-signature.ts';

/** How much is read at the most. */
export interface SignatureLimits {
  /** Signatures of one message. */
  readonly labels: number;
  /** Components of one signature. */
  readonly components: number;
  /** Of these, components with parameters, which cost more than a look-up. */
  readonly parameterizedComponents: number;
}

/**
 * The signatures in a message's fields; `known` are component lists that were read before.
 *
 * @throws {ComponentError} `signature_malformed` for bad syntax, a label that occurs twice or in one field only, or more than the limits allow.
 */
export function readCandidates(read: FieldReader, limits: SignatureLimits, known?: KnownLists): readonly SignatureCandidate[] {
  const input = read('signature-input');
  const signature = read('signature');
  if (input === undefined) {
    if (signature === undefined) return [];
    requireNoOlderForm(read);
  }
  return parseSignatureFields(combine(input ?? []), combine(signature ?? []), limits, known);
}

/**
 * The form before the RFC (draft-cavage-http-signatures) has all in one field, Signature or Authorization.
 *
 * @throws {ComponentError} `signature_malformed`: who sends it can be told which form counts.
 */
export function requireNoOlderForm(read: FieldReader): void {
  const [signature = ''] = read('signature') ?? [];
  const [authorization = ''] = read('authorization') ?? [];
  if (OLDER_FORM.test(signature) || /^Signature\s/i.test(authorization))
    throw malformed('it is in the older form of draft-cavage-http-signatures: RFC 9421 has the fields Signature-Input and Signature');
}

const OLDER_FORM = /^[^:]{0,200}\bkeyId="/;

/** The same for the values of the two fields. */
export function parseSignatureFields(
  input: string,
  signature: string,
  limits: SignatureLimits,
  known?: KnownLists,
): readonly SignatureCandidate[] {
  return (known && readKnown(input, signature, known)) ?? readAny(input, signature, limits);
}

/** What nearly every message has: one signature that covers what another one did. */
function readKnown(input: string, signature: string, known: KnownLists): readonly SignatureCandidate[] | undefined {
  const head = headOf(input);
  const components = head && known.get(head.list);
  if (components === undefined) return undefined;
  try {
    return [readSingle(head!, components, input, signature)];
  } catch {
    // Something else, or nothing that can be read: `readAny` tells.
    return undefined;
  }
}

function readAny(input: string, signature: string, limits: SignatureLimits): readonly SignatureCandidate[] {
  const inputs = parseMembers(input, 'signature-input', limits);
  const signatures = parseMembers(signature, 'signature', limits);
  const byLabel = requireUnique(signatures, 'signature');
  const labels = requireUnique(inputs, 'signature-input');
  for (const { key } of signatures) {
    if (!labels.has(key)) throw malformed(`${key} is in signature only`);
  }
  return inputs.map((member) => candidateOf(member, input, byLabel.get(member.key), limits));
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

function parseMembers(text: string, field: string, { labels, components }: SignatureLimits): readonly MemberSource[] {
  // Of a parameter that occurs twice RFC 9651 alone would let the last one win.
  const options = { maxMembers: labels, maxItems: components, unique: true };
  try {
    return parseDictionaryMembers(text, options);
  } catch (cause) {
    throw malformed(`${field}: ${(cause as Error).message}`, { cause });
  }
}

/** Puts a member of Signature-Input and one of Signature together. */
function candidateOf(
  { key: label, member, start, end }: MemberSource,
  input: string,
  signature: MemberSource | undefined,
  limits: SignatureLimits,
): SignatureCandidate {
  const bytes = signature === undefined || isInnerList(signature.member) ? undefined : signature.member.value;
  if (!isInnerList(member) || !(bytes instanceof Uint8Array)) throw malformed(`${label} is not a list of components with a signature`);
  const read = (): UnverifiedSignature => ({
    ...readSignatureParams(member.params),
    label,
    components: readComponents(member.items, input, limits),
    params: input.slice(start, end),
    parameters: member.params,
    signature: bytes,
  });
  return { label, tag: member.params.get('tag'), read };
}

function readComponents(items: readonly Item[], input: string, limits: SignatureLimits): readonly Component[] {
  const components = items.map((item) => componentOf(item, textOf(input, item)));
  requireDistinct(components);
  const parameterized = components.filter(({ params }) => params.size > 0).length;
  if (parameterized > limits.parameterizedComponents)
    throw malformed(`at most ${limits.parameterizedComponents} components may have parameters`);
  return components;
}

/** The identifier as it was received, so that the base repeats the sender's own spelling. */
function textOf(input: string, item: Item): string {
  return input.slice(item.start, item.end);
}

function malformed(message: string, options?: ErrorOptions): ComponentError {
  return new ComponentError('signature_malformed', message, options);
}
