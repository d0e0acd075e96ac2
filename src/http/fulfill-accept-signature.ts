/**
 * Giving the signature that was asked for.
 *
 * @see RFC 9421, section 5
 * @module
 */

import { isThenable } from '../internal/awaitable.ts';
import { memberOf, readOptions } from '../internal/options.ts';
import { requireDistinct } from '../rfc9421/component.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { parseComponent } from '../rfc9421/parse-component.ts';
import { requestSource } from '../rfc9421/source.ts';
import { newContentDigest } from '../signature/content-digest.ts';
import { callersMistake, checkSignOptions, type SignedFields, signMessage } from '../signature/sign.ts';
import { REQUESTED, type RequestedSignature } from './accept-signature.ts';
import { requireRequestMessage } from './check-message.ts';
import { joined, linesToSend, SIGN_REQUEST_OPTIONS, type SignRequestOptions } from './sign-request.ts';

/** Seconds that a signature lives if it is asked to expire and the options do not say when. */
const EXPIRES_IN = 300;

/**
 * Signs a request as it was asked for: the same label, exactly these components, every parameter asked for.
 *
 * @throws {TypeError} If nothing is asked for, the signer is not the one asked for, or a component is not there: section 5.1 wants no
 *   signature then, rather than another one.
 */
export async function fulfillAcceptSignature(
  message: RequestMessage,
  wish: RequestedSignature,
  options: SignRequestOptions,
): Promise<SignedFields> {
  const given = readOptions(options, SIGN_REQUEST_OPTIONS);
  checkSignOptions(given);
  requireRequestMessage(message);
  const requested = readWish(wish, given);
  const components = requested.components.map((text) => parseComponent(text, 'requested.components'));
  callersMistake(() => requireDistinct(components));
  const wanted: SignRequestOptions & { readonly insecurelyOmit: undefined } = {
    ...given,
    insecurelyOmit: undefined,
    label: requested.label,
    tag: requested.tag ?? given.tag,
    nonce: requested.nonce ?? given.nonce,
    includeAlg: requested.alg !== undefined || given.includeAlg,
    expiresIn: given.expiresIn ?? (requested.expires ? EXPIRES_IN : undefined),
  };
  checkSignOptions(wanted);
  const lines = linesToSend(message);
  const made = components.some(({ name }) => name === 'content-digest') ? newContentDigest(message.body, lines) : undefined;
  const digest = isThenable(made) ? await made : made;
  const read: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
  const source = requestSource(message, read, given.fieldTypes);
  return signMessage({ source, components, digest, read: (name) => joined(lines(name)) }, wanted);
}

function readWish(wish: RequestedSignature, { signer }: SignRequestOptions): RequestedSignature {
  if (typeof wish !== 'object' || wish === null || !Array.isArray(memberOf(wish, 'components')))
    throw new TypeError('requested must be one of what parseAcceptSignature answers');
  const requested = readOptions(wish, REQUESTED, { name: 'requested' });
  if (requested.components.length === 0) throw new TypeError('the signature that is asked for covers nothing');
  if (requested.keyid !== undefined && requested.keyid !== signer.keyid) throw new TypeError('the signature is asked for another keyid');
  if (requested.alg !== undefined && requested.alg !== signer.algorithm)
    throw new TypeError('the signature is asked for another algorithm');
  return requested;
}
