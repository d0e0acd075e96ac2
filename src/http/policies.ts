/**
 * The policies of a verifier: which signatures of a message are meant, and what a refusal says would be accepted.
 *
 * @see RFC 9421, sections 1.4 and 5
 * @module
 */

import { throwFirst, VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import type { ReplayStore } from '../replay/store.ts';
import { CONTENT_DIGEST, presentRequestFields, REQUEST_CONTROL } from '../rfc9421/coverage.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import type { SignatureCandidate, UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { ask } from '../signature/ask.ts';
import { type Policy, type Requirement, readPolicy } from '../signature/policy.ts';
import type { RequiredSignature } from '../signature/proven-signature.ts';
import { asRefusal } from '../signature/refusal.ts';
import { findSignature, NONE, type Refusals, signatureMissing } from '../signature/requirements.ts';
import { serializeParameters } from '../structured-fields/serialize.ts';

/**
 * One policy; several, each met by a signature of its own (a proxy's beside the client's); or a function of what a signature claims, which
 * answers the policy for it, or nothing if it is not meant. What it throws is answered with 503, as what `resolveKey` throws.
 */
export type PolicyChoice = Policy | readonly Policy[] | ((untrusted: UnverifiedSignature) => Awaitable<Policy | null | undefined>);

/** Policies made ready. */
export interface Policies {
  /** What each signature must fulfil; `undefined` if a function says so for each message. */
  readonly fixed: readonly Requirement[] | undefined;
  /** Finds the signatures that are meant, each with what it must fulfil. `prepare` runs before anything is waited for. */
  require(candidates: readonly SignatureCandidate[], prepare: () => void): Awaitable<FoundSignatures>;
}

/** The signatures that are meant. */
export interface FoundSignatures {
  readonly required: readonly RequiredSignature[];
  /** Why others are not among them. */
  readonly missing: Refusals;
}

/**
 * Checks policies and makes them ready.
 *
 * @throws {TypeError | RangeError} If one is unusable, or the store cannot consume what they ask for.
 */
export function readPolicies(choice: PolicyChoice, store: ReplayStore, timeout: number): Policies {
  if (typeof choice === 'function') return policiesOf(choice, timeout);
  const fixed = (Array.isArray(choice) ? choice : [choice]).map((policy: Policy) => readPolicy(policy, REQUEST_CONTROL));
  if (fixed.length === 0) throw new TypeError('policy must not be empty');
  if (new Set(fixed.map(({ tag }) => tag)).size < fixed.length) throw new TypeError('policies must each have a tag of its own');
  if (fixed.filter(({ nonce }) => nonce === 'required').length > 1 && typeof store.consumeAll !== 'function')
    throw new TypeError('several policies need a replayStore with consumeAll, which consumes all nonces of a message or none');
  return {
    fixed,
    require: (candidates, prepare) => {
      const required: RequiredSignature[] = [];
      const missing: VerificationError[] = [];
      for (const requirement of fixed) {
        const found = findSignature(candidates, requirement.tag);
        if (found instanceof VerificationError) missing.push(found);
        // Each has a tag of its own.
        else required.push({ requirement, signature: found, longestAge: requirement.maxAge, longestLifetime: requirement.maxLifetime });
      }
      // Nothing at all is one thing that lacks.
      if (candidates.length === 0) throwFirst(missing.slice(0, 1));
      prepare();
      return { required, missing };
    },
  };
}

type Longest = Pick<RequiredSignature, 'longestAge' | 'longestLifetime'>;

type Choose = Extract<PolicyChoice, (untrusted: UnverifiedSignature) => unknown>;

/** A function is asked for each signature; the longest age and life it ever gave a tag are how long its nonces are remembered. */
function policiesOf(choose: Choose, timeout: number): Policies {
  const longest = new Map<string | undefined, Longest>();
  const longestOf = ({ tag, maxAge, maxLifetime }: Requirement): Longest => {
    const { longestAge = 0, longestLifetime = 0 } = longest.get(tag) ?? {};
    const known = { longestAge: Math.max(maxAge, longestAge), longestLifetime: Math.max(maxLifetime, longestLifetime) };
    longest.set(tag, known);
    return known;
  };
  const requireChosen = async (candidates: readonly SignatureCandidate[], prepare: () => void): Promise<FoundSignatures> => {
    if (candidates.length === 0) throwFirst([signatureMissing()]);
    prepare();
    const required: RequiredSignature[] = [];
    for (const candidate of candidates) {
      const signature = asRefusal(candidate.read);
      const policy = await ask('the policy', timeout, () => choose(signature));
      const requirement = policy ? readPolicy(policy, REQUEST_CONTROL) : undefined;
      if (requirement !== undefined && requirement.tag === signature.tag)
        required.push({ signature, requirement, ...longestOf(requirement) });
    }
    if (required.length === 0) throwFirst([new VerificationError('tag_mismatch', 'the policy wants none of these signatures')]);
    if (required.length > 1) throwFirst([new VerificationError('signature_ambiguous', 'two signatures could be meant')]);
    return { required, missing: NONE };
  };
  return { fixed: undefined, require: requireChosen };
}

/**
 * The Accept-Signature of a refusal: what this message needs covered. It says nothing that depends on a key; `undefined` if a function of
 * the application's decides.
 */
export function acceptedBy({ fixed }: Policies, read: FieldReader): string | undefined {
  return fixed?.map((requirement, index) => acceptedMember(requirement, index, read)).join(', ');
}

function acceptedMember({ components, whenPresent, defaults, tag, uncovered }: Requirement, index: number, read: FieldReader): string {
  const label = index === 0 ? 'sig' : `sig${index + 1}`;
  const present = defaults ? presentRequestFields((name) => read(name) !== undefined) : [];
  const content = hasContent(read) ? [CONTENT_DIGEST] : [];
  const conditional = [...present, ...content].filter(({ name }) => !uncovered.has(name));
  const chosen = whenPresent.filter(({ name, params }) => params.size === 0 && read(name) !== undefined);
  const identifiers = new Set([...components, ...conditional, ...chosen].map(({ identifier }) => identifier));
  const params = serializeParameters(
    new Map<string, string | true>([['created', true], ...(tag === undefined ? [] : [['tag', tag] as const])]),
  );
  return `${label}=(${[...identifiers].join(' ')})${params}`;
}

/** Whether a message says that it has content. */
function hasContent(read: FieldReader): boolean {
  const length = read('content-length')?.[0];
  return read('content-digest') !== undefined || read('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}
