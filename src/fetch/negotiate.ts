/**
 * Signing what a server asks for: a 401 with Accept-Signature names what it wants covered.
 *
 * A challenge can only add. Never less than the own components, never another algorithm, keyid or origin, and no tag
 * that is reserved or contradicts the own one: else whoever answers could have us sign something else. What was asked is
 * remembered once it worked, for that path and its neighbours, until a later 401 asks for something else.
 *
 * @see RFC 9421, section 5
 * @module
 */

import { parseAcceptSignature, type RequestedSignature } from '../http/accept-signature.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import type { Call, Change, Outcome } from './call.ts';
import { remember } from './memory.ts';
import { type Asked, hasComponent, type SigningOptions } from './sign.ts';

/** What a client may be asked for. */
export interface NegotiatorOptions {
  /**
   * Whether a server may choose the nonce of the next attempt; false by default. Never where responses are verified: the nonce is what
   * ties an answer to its request.
   */
  readonly acceptNonce?: boolean | undefined;
}

/** Answers what servers ask for: made by `createNegotiator`, given to `createSignedFetch`. */
export interface Negotiator {
  /** Begins the memory of one client. */
  start(own: OwnTerms): Negotiation;
}

/** What a client signs anyway. */
export interface OwnTerms extends Pick<SigningOptions<never>, 'tag' | 'label' | 'expiresIn' | 'fieldTypes'> {
  /** Whether responses are verified. */
  readonly verifies: boolean;
}

/** What one client was asked for. */
export interface Negotiation {
  /** What to cover besides, in an attempt. */
  termsFor(call: Call): Asked | undefined;
  /** What to sign the next attempt by, after a 401 that asks in this field; `undefined` when it stands. */
  answer(call: Call, message: RequestMessage, outcome: Outcome, field: string | null): Change | undefined;
  /** Remembers what a call was asked for: it worked. */
  confirm(call: Call): void;
}

const NAMES: OptionNames<NegotiatorOptions> = { acceptNonce: true };

const MAX_FIELD = 8192;

const MAX_COMPONENTS = 32;

const MAX_TEXT = 128;

/** How often a server may ask in one call: once, and once more for what it forgot. */
const MAX_ASKS = 2;

/** Covered whenever they are there. */
const DEFAULTS: readonly string[] = [
  '"@method"',
  '"@authority"',
  '"@path"',
  '"@query"',
  '"content-type"',
  '"content-encoding"',
  '"content-digest"',
];

const NOTHING: Asked = { components: [], tag: undefined, label: undefined, expires: false, nonce: undefined };

/**
 * The `negotiate` option of `createSignedFetch`: what a 401 asks for besides (Accept-Signature) is covered, and the request is
 * sent once more. Handed in, so that only pages that want it load a parser of what servers ask for.
 *
 * @throws {TypeError} If an option does not exist.
 */
export function createNegotiator(options: NegotiatorOptions = {}): Negotiator {
  const { acceptNonce = false } = readOptions(options, NAMES, { elsewhere: { components: 'createSignedFetch', tag: 'createSignedFetch' } });
  return Object.freeze({ start: (own: OwnTerms) => startNegotiation(own, acceptNonce === true && !own.verifies) });
}

function startNegotiation(own: OwnTerms, takesNonce: boolean): Negotiation {
  const worked = new Map<string, Asked>();
  const recall = ({ request }: Call): Asked | undefined => {
    if (worked.size === 0) return undefined;
    const [path, folder] = placesOf(request.url);
    return worked.get(path) ?? worked.get(folder);
  };
  return {
    termsFor: (call) => call.asked ?? recall(call),
    answer: (call, message, outcome, field) => {
      if (call.tried.asks >= MAX_ASKS || (call.asked !== undefined && !field)) return undefined;
      const used = outcome.asked ?? NOTHING;
      const asked = readAsked(field, message, outcome, own, takesNonce);
      if (asked === undefined) return undefined;
      // In one call it adds up; what an earlier call was asked for is replaced.
      const next = call.asked === undefined ? asked : { ...asked, components: union(call.asked.components, asked.components) };
      return isNews(next, used, own) ? { asked: next, tried: { asks: call.tried.asks + 1 } } : undefined;
    },
    confirm: ({ asked, request }) => {
      if (asked === undefined) return;
      for (const place of placesOf(request.url)) remember(worked, place, { ...asked, nonce: undefined });
    },
  };
}

/** Where what was asked holds: the very path, else whatever lies beside it. Never the whole origin because of one path far away. */
function placesOf(url: string): readonly [path: string, folder: string] {
  const [path] = url.split(/[?#]/, 1) as [string];
  return [`path ${path}`, `folder ${path.slice(0, path.lastIndexOf('/') + 1)}`];
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])];
}

/** What a 401 asks for besides what is signed anyway; `undefined` if nothing of it may be signed, `NOTHING` if it does not say. */
function readAsked(field: string | null, message: RequestMessage, outcome: Outcome, own: OwnTerms, takesNonce: boolean): Asked | undefined {
  if (field === null || field === '') return NOTHING;
  if (field.length > MAX_FIELD) return undefined;
  const found = parseField(field).find((one) => isAcceptable(one, outcome, own, takesNonce));
  if (found === undefined) return undefined;
  const { tag, label, expires = false, nonce } = found;
  const ours = new Set([...DEFAULTS, ...outcome.components.filter((text) => !outcome.asked?.components.includes(text))]);
  const components = found.components.filter((text) => !ours.has(text));
  if (!components.every((text) => hasComponent(message, text, own.fieldTypes))) return undefined;
  return { components, tag, label, expires, nonce };
}

/** Whether an attempt by these terms would be signed otherwise than the last one. */
function isNews(next: Asked, used: Asked, own: OwnTerms): boolean {
  if (next.nonce !== used.nonce || next.components.length !== used.components.length) return true;
  if (next.components.some((text) => !used.components.includes(text))) return true;
  return (own.tag ?? next.tag) !== (own.tag ?? used.tag) || (own.expiresIn === undefined && next.expires !== used.expires);
}

function isAcceptable(
  { alg, components, keyid, label, nonce, tag }: RequestedSignature,
  { signer }: Outcome,
  own: OwnTerms,
  takesNonce: boolean,
): boolean {
  if ((alg ?? signer.algorithm) !== signer.algorithm || (keyid ?? signer.keyid) !== signer.keyid) return false;
  if (tag !== undefined && (!isShort(tag) || tag.startsWith('cs1-') || (own.tag !== undefined && tag !== own.tag))) return false;
  if (nonce !== undefined && (!takesNonce || !isShort(nonce))) return false;
  return components.length <= MAX_COMPONENTS && label.length <= MAX_TEXT;
}

function isShort(text: string): boolean {
  return text !== '' && text.length <= MAX_TEXT;
}

function parseField(field: string): readonly RequestedSignature[] {
  try {
    return parseAcceptSignature(field);
  } catch {
    return [];
  }
}
