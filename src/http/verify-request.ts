/**
 * Verifying a request: it reads the header carrier and hands it to the judge, which knows the order of checks.
 *
 * @see RFC 9421, sections 3.2 and 4; RFC 9530, section 2
 * @module
 */

import { annotateRefusal, VerificationError } from '../errors.ts';
import { assertObject } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import type { ReplayStore } from '../replay/store.ts';
import { createFieldReader, type FieldReader } from '../rfc9421/field-lines.ts';
import { KnownLists } from '../rfc9421/known-lists.ts';
import { messageFromRequest, type RequestMessage } from '../rfc9421/message.ts';
import { readCandidates } from '../rfc9421/signature-fields.ts';
import { requestSource } from '../rfc9421/source.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import { requireTarget } from '../rfc9421/target.ts';
import type { SignatureCandidate, UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import type { Requirement } from '../signature/policy.ts';
import { asRefusal } from '../signature/refusal.ts';
import { selectSignature } from '../signature/requirements.ts';
import type { Bench, Charge, Evidence } from '../signature/verify-context.ts';
import { BASE_OF, judge } from '../signature/verify-signatures.ts';
import { type Limits, requireWithinLimits } from './limits.ts';
import { type Court, RequestEvidence } from './request-view.ts';
import { createVerifiedRequest, type VerifiedRequest } from './verified-request.ts';

/** Reads a signature off the query; `undefined` if there is none. `countersign/url` makes one. */
export type QueryCarrier = (message: RequestMessage) =>
  | {
      /** The message without the signature. */
      readonly message: RequestMessage;
      readonly signedMethod: string;
      readonly signature: UnverifiedSignature;
      readonly requirement: Requirement;
    }
  | undefined;

/** The policies of a verifier, made ready; a function of the caller's is asked anew for every signature. */
export type Requirements = readonly Requirement[] | ((untrusted: UnverifiedSignature) => Promise<Requirement | undefined>);

/** The options of a verifier, checked and with their defaults. */
export interface VerifierSettings {
  readonly resolveKey: ResolveKey;
  readonly replayStore: ReplayStore;
  readonly requirements: Requirements;
  readonly checkAuthority: ((message: RequestMessage) => void) | undefined;
  readonly query?: QueryCarrier | undefined;
  readonly limits: Limits;
  readonly scheme?: 'https' | 'http' | undefined;
  readonly fieldTypes?: FieldTypes | undefined;
  readonly timeout: number;
  readonly now: () => number;
  readonly insecurelyExposeSignatureBase?: boolean | undefined;
}

/** What a verifier does. */
export type VerifyRequest = (request: Request | RequestMessage) => Promise<VerifiedRequest>;

/** Makes the function that judges requests by these settings. */
export function createVerifyRequest(settings: VerifierSettings): VerifyRequest {
  const { resolveKey, replayStore, requirements, limits, scheme, timeout, now, fieldTypes, query } = settings;
  const court: Court = { checkAuthority: settings.checkAuthority, bodyBytes: limits.bodyBytes };
  const accept = acceptable(requirements);
  const known = new KnownLists();

  const open = (request: Request | RequestMessage): Hearing => {
    const view = isRequest(request) ? asRefusal(() => messageFromRequest(request)) : request;
    const message = scheme === undefined || view.scheme === scheme ? view : { ...view, scheme };
    const read = createFieldReader(message.fields);
    requireWithinLimits(message, limits);
    const candidates = readCandidates(read, limits, known);
    const byUrl = candidates.length === 0 ? query?.(message) : undefined;
    if (byUrl !== undefined) return openByUrl(byUrl, court);
    const charges = choose(requirements, candidates);
    requireTarget(message.target);
    const content = isRequest(request) ? request : message;
    const evidence = new RequestEvidence(requestSource(message, read, fieldTypes), message, read, content, court);
    return { message, read, charges, evidence };
  };

  return async (request) => {
    assertObject(request, 'request');
    const time = now();
    try {
      const { message, read, charges, evidence } = open(request);
      const bench: Bench = { resolveKey, replayStore, now: time, timeout };
      const verdicts = await judge(isThenable(charges) ? await charges : charges, evidence, bench);
      for (const { signature } of verdicts) known.add(signature.components, signature.params);
      const { content } = evidence;
      return createVerifiedRequest(message, verdicts, isThenable(content) ? await content : content, read);
    } catch (error) {
      if (error instanceof VerificationError) {
        const signatureBase = settings.insecurelyExposeSignatureBase ? BASE_OF.get(error) : undefined;
        annotateRefusal(error, { now: time, acceptSignature: error.status === 401 ? accept : undefined, signatureBase });
      }
      throw error;
    }
  };
}

/** A request before the judge. */
interface Hearing {
  readonly message: RequestMessage;
  readonly read?: FieldReader | undefined;
  readonly charges: Awaitable<readonly Charge[]>;
  readonly evidence: Evidence & Partial<Pick<RequestEvidence, 'content'>>;
}

function openByUrl({ message, signedMethod, signature, requirement }: NonNullable<ReturnType<QueryCarrier>>, court: Court): Hearing {
  requireTarget(message.target);
  const evidence: Evidence = {
    source: requestSource({ ...message, method: signedMethod }),
    obliged: [],
    checkAuthority: () => court.checkAuthority?.(message),
    checkContent: () => undefined,
  };
  return { message, charges: [{ signature, requirement }], evidence };
}

function isRequest(value: Request | RequestMessage): value is Request {
  return 'headers' in value;
}

function choose(requirements: Requirements, candidates: readonly SignatureCandidate[]): Awaitable<readonly Charge[]> {
  if (typeof requirements === 'function') return chooseByFunction(requirements, candidates);
  return requirements.map((requirement) => ({ requirement, signature: selectSignature(candidates, requirement.tag) }));
}

async function chooseByFunction(
  choice: Exclude<Requirements, readonly Requirement[]>,
  candidates: readonly SignatureCandidate[],
): Promise<readonly Charge[]> {
  const charges: Charge[] = [];
  for (const candidate of candidates) {
    const signature = candidate.read();
    const requirement = await choice(signature);
    if (requirement !== undefined && requirement.tag === signature.tag) charges.push({ signature, requirement });
  }
  if (candidates.length === 0) throw new VerificationError('signature_missing');
  if (charges.length === 0) throw new VerificationError('tag_mismatch', 'none that the policy knows');
  if (charges.length > 1) throw new VerificationError('signature_ambiguous', 'two could be meant');
  return charges;
}

/** The Accept-Signature of refusals. It says nothing that depends on a key. */
function acceptable(requirements: Requirements): string | undefined {
  return typeof requirements === 'function' ? undefined : requirements.map(acceptMember).join(', ');
}

function acceptMember({ components, tag }: Requirement, index: number): string {
  const label = index === 0 ? 'sig' : `sig${index + 1}`;
  return `${label}=(${components.map(({ identifier }) => identifier).join(' ')});created${tag === undefined ? '' : `;tag="${tag}"`}`;
}
