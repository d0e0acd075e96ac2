/**
 * What is checked of a signature before its key is asked for. None of it depends on a key, so that a refusal may say all that is wrong.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

import { throwFirst, VerificationError } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { type ComponentSource, createSignatureBase } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import { CONTENT_DIGEST, covers } from '../rfc9421/coverage.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { Requirement } from './policy.ts';
import type { RequiredSignature } from './proven-signature.ts';
import { asRefusal } from './refusal.ts';
import { keyidMissing, lackingCoverage, NONE, type Refusals, wrongTimes } from './requirements.ts';

/** What is looked at of a message before any key is asked for. */
export interface CheckedView {
  readonly source: ComponentSource;
  /** The same message in other spellings that its signer may have sent: it is good in whichever was signed. Default: none. */
  readonly respelled?: readonly ComponentSource[] | undefined;
  /** Components that must be covered because this message has them. */
  readonly present: readonly Component[];
  /** Whether the message says that it has content: what lacks for that is told beforehand, if anything else lacks too. */
  readonly announcesContent: boolean;
  /** Throws unless the message is for us. */
  checkAuthority(signature: UnverifiedSignature): Awaitable<void>;
}

/** What is known besides. */
export interface CheckContext {
  /** Whether a signature may name no key. */
  readonly allowsMissingKeyid: boolean;
  /** Whole seconds since the epoch. */
  readonly now: () => number;
}

/** The base of one spelling of a message. */
export interface SpelledBase {
  readonly spelling: number;
  readonly text: string;
}

/** The bases of a signature, and what is wrong with it: without a base there is something. */
interface Checked {
  readonly bases: readonly SpelledBase[];
  readonly refusals: Refusals;
}

/**
 * Checks all signatures of a message, and makes their bases: before any look-up, so that it takes the same time whether or not there is such a
 * key. `missing` is what is wrong already.
 *
 * @throws {VerificationError} With the code of the first check that fails; `unmet` lists them all.
 */
export async function checkSignatures(
  required: readonly RequiredSignature[],
  view: CheckedView,
  context: CheckContext,
  missing: Refusals,
): Promise<readonly (readonly SpelledBase[])[]> {
  const refusals = [...missing];
  const bases: (readonly SpelledBase[])[] = [];
  for (const one of required) {
    const checking = checkOne(one, view, context);
    const checked = isThenable(checking) ? await checking : checking;
    refusals.push(...checked.refusals);
    bases.push(checked.bases);
  }
  throwFirst(refusals);
  return bases;
}

function checkOne(one: RequiredSignature, view: CheckedView, context: CheckContext): Awaitable<Checked> {
  const { signature, requirement } = one;
  const lacking = lackingCoverage(signature, requirement, presentComponents(requirement, view));
  const finish = (foreign: Refusals): Checked => {
    // That it is missing is known.
    const isTimeless = signature.created === undefined && requirement.created === 'required';
    const times = isTimeless ? NONE : wrongTimes(signature, requirement, context.now());
    return withBases(one, view, context, [...lacking, ...foreign, ...times]);
  };
  const foreign = foreignAuthority(signature, view, lacking);
  return isThenable(foreign) ? foreign.then(finish) : finish(foreign);
}

/** What must be covered because the message has it, by default and by the policy's wish. What cannot be read is there all the same. */
function presentComponents({ whenPresent, defaults }: Requirement, { present, source }: CheckedView): readonly Component[] {
  const ofCarrier = defaults ? present : [];
  if (whenPresent.length === 0) return ofCarrier;
  return [...ofCarrier, ...whenPresent.filter((component) => refusalOf(() => source(component)) !== undefined)];
}

/** What `read` answers, or its refusal. */
function refusalOf<T>(read: () => T): T | VerificationError {
  try {
    return asRefusal(read);
  } catch (error) {
    if (error instanceof VerificationError) return error;
    throw error;
  }
}

/** Whether a message is for somebody else. Who cannot be asked changes nothing about what is refused anyway. */
function foreignAuthority(signature: UnverifiedSignature, view: CheckedView, lacking: Refusals): Awaitable<Refusals> {
  const read = (error: unknown): Refusals => {
    if (!(error instanceof VerificationError)) throw error;
    if (error.status < 500) return [error];
    if (lacking.length === 0) throw error;
    return NONE;
  };
  try {
    const checked = view.checkAuthority(signature);
    return isThenable(checked) ? checked.then(() => NONE, read) : NONE;
  } catch (error) {
    return read(error);
  }
}

/** The bases, and what else is wrong. */
function withBases(one: RequiredSignature, view: CheckedView, { allowsMissingKeyid }: CheckContext, wrong: Refusals): Checked {
  const { keyid } = one.signature;
  const bases = refusalOf(() => basesOf(view, one.signature));
  const hasBases = !(bases instanceof VerificationError);
  if (hasBases && wrong.length === 0 && (keyid !== undefined || allowsMissingKeyid)) return { bases, refusals: NONE };
  const refusals = [...wrong];
  if (!hasBases) refusals.push(...unresolvable(one, view.source));
  if (keyid === undefined && !allowsMissingKeyid) refusals.push(keyidMissing());
  if (view.announcesContent && lacksDigest(one))
    refusals.push(new VerificationError('component_uncovered', `the signature does not cover ${CONTENT_DIGEST.identifier}`));
  return { bases: [], refusals };
}

/** The distinct bases of all spellings. */
function basesOf({ source, respelled = [] }: CheckedView, { components, params }: UnverifiedSignature): readonly SpelledBase[] {
  const bases = [{ spelling: 0, text: createSignatureBase(source, components, params) }];
  respelled.forEach((other, index) => {
    const text = createSignatureBase(other, components, params);
    if (bases.every((base) => base.text !== text)) bases.push({ spelling: index + 1, text });
  });
  return bases;
}

/** The components that the message cannot give. */
function unresolvable({ signature }: RequiredSignature, source: ComponentSource): Refusals {
  const read = signature.components.map((component) => refusalOf(() => createSignatureBase(source, [component], '')));
  return read.filter((answer) => typeof answer !== 'string');
}

function lacksDigest({ signature, requirement }: RequiredSignature): boolean {
  return !requirement.uncovered.has(CONTENT_DIGEST.name) && !covers(signature.components, CONTENT_DIGEST);
}
