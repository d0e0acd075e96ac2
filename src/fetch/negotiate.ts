/**
 * Signing what a server asks for: a 401 with Accept-Signature names what it wants covered.
 *
 * A challenge can only add. Never less than the own components, never another algorithm, keyid or origin, and no tag
 * that is reserved or contradicts the own one: else whoever answers could have us sign something else.
 *
 * @see RFC 9421, section 5
 * @module
 */

import { parseAcceptSignature, type RequestedSignature } from '../http/accept-signature.ts';
import { messageFromRequest } from '../rfc9421/message.ts';
import { parseComponent } from '../rfc9421/parse-component.ts';
import { requestSource } from '../rfc9421/source.ts';
import type { Call, Outcome } from './call.ts';
import { isTrustworthy, remember } from './clock.ts';
import type { Extra, Negotiator, Settings } from './options.ts';

const MAX_FIELD = 8192;

const MAX_COMPONENTS = 32;

const MAX_NONCE = 128;

/** Covered whenever they are there. */
const DEFAULTS = ['@method', '@authority', '@path', '@query', 'content-type', 'content-encoding', 'content-digest'];

/**
 * The `negotiate` option of `createSignedFetch`: what a 401 asks for besides (Accept-Signature) is covered, and the request is
 * sent once more. Handed in, so that only pages that want it load a parser of what servers ask for.
 */
export function createNegotiator(): Negotiator {
  return Object.freeze({ negotiate });
}

/**
 * How to sign the next attempt, once a call and origin; `undefined` when nothing new is asked, or not what we would sign.
 * All but the nonce is remembered for the origin.
 */
function negotiate(call: Call, { response, signer }: Outcome, settings: Settings): Extra | undefined {
  const { origin, request, tried } = call;
  const field = response?.status === 401 ? response.headers.get('accept-signature') : null;
  if (!field || field.length > MAX_FIELD || tried.has(`ask ${origin}`) || !isTrustworthy(origin, response)) return undefined;
  const asked = parseField(field).find((one) => isAcceptable(one, signer, settings));
  if (asked === undefined) return undefined;
  const before = { ...settings, ...settings.learnt.get(origin)?.adapt?.(request) };
  const covered = new Set([...DEFAULTS, ...names(before.components)].map((text) => parseComponent(text).identifier));
  const components = asked.components.filter((text) => !covered.has(text));
  const news =
    components.length > 0 ||
    asked.nonce !== undefined ||
    (asked.tag ?? before.tag) !== before.tag ||
    (asked.expires && before.expiresIn === undefined);
  if (!news || !components.every((text) => isThere(text, request, settings))) return undefined;

  tried.set(`ask ${origin}`, 1);
  const adapt = adaptation(asked, [...names(before.components), ...components], settings);
  remember(settings.learnt, origin, { adapt });
  return asked.nonce === undefined ? {} : { nonce: asked.nonce };
}

/** What the origin wants, as far as it applies to a request. */
function adaptation(
  { expires, label, tag }: RequestedSignature,
  components: readonly string[],
  settings: Settings,
): (request: Request) => Extra {
  const own = names(settings.components);
  return (request) => ({
    components: components.filter((text) => own.includes(text) || isThere(text, request, settings)),
    tag: settings.tag ?? tag,
    expiresIn: settings.expiresIn ?? (expires ? 300 : undefined),
    // Section 5.2: under the label that was asked for, if it is free.
    label: settings.label ?? (request.headers.has('signature-input') ? undefined : label),
  });
}

function isAcceptable({ alg, components, keyid, nonce, tag }: RequestedSignature, signer: Outcome['signer'], settings: Settings): boolean {
  if ((alg ?? signer.algorithm) !== signer.algorithm || (keyid ?? signer.keyid) !== signer.keyid) return false;
  if (tag?.startsWith('cs1-') || (settings.tag !== undefined && (tag ?? settings.tag) !== settings.tag)) return false;
  return components.length <= MAX_COMPONENTS && nonce !== '' && !(nonce && nonce.length > MAX_NONCE);
}

function parseField(field: string): readonly RequestedSignature[] {
  try {
    return parseAcceptSignature(field);
  } catch {
    return [];
  }
}

/** Whether a request has a component: asked of the very function that signs. */
function isThere(text: string, request: Request, { fieldTypes }: Settings): boolean {
  try {
    return requestSource(messageFromRequest(request), undefined, fieldTypes)(parseComponent(text)) !== undefined;
  } catch {
    return false;
  }
}

function names(components: Settings['components'] = []): readonly string[] {
  return components.map((one) => (typeof one === 'string' ? one : one.name));
}
