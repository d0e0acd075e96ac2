/**
 * What a verifier has besides, for content that is streamed: kept beside it, so that whoever streams nothing pays nothing for it.
 *
 * @module
 */

import type { ProvenSignature } from '../../signature/proven-signature.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import type { VerifyContext } from '../../signature/verify-signatures.ts';
import type { TakenRequest } from '../request-view.ts';
import type { VerifierParts } from '../verifier-options.ts';

/** The parts of a verifier that verify a request in two steps. */
export interface HeadVerifier {
  readonly parts: VerifierParts;
  /** Everything up to the content. */
  prove(
    taken: TakenRequest,
    context: VerifyContext,
  ): Promise<{ readonly proven: readonly ProvenSignature[]; readonly verified: VerifiedRequest }>;
  /** What the verifier knows about a refusal besides; its hook is told. */
  annotate(thrown: unknown): unknown;
  /** Told of what was verified to its end. */
  onConsumed(verified: VerifiedRequest): void;
}

const heads: WeakMap<object, HeadVerifier> = /* @__PURE__ */ new WeakMap();

/** Remembers the parts of a verifier, and answers the verifier. */
export function withHead<Verifier extends object>(verifier: Verifier, head: HeadVerifier): Verifier {
  heads.set(verifier, head);
  return verifier;
}

/**
 * The parts of a verifier.
 *
 * @throws {TypeError} If `createVerifier` did not make it, or it has no replay store.
 */
export function headOf(verifier: object): HeadVerifier {
  const head = heads.get(verifier);
  if (head === undefined) throw new TypeError('verifier must be what createVerifier answered: a copy of it streams nothing');
  if (head.parts.context.replayStore === undefined)
    throw new TypeError('an upload consumes its nonce when it ends: create the verifier with a replayStore, without consume');
  return head;
}
