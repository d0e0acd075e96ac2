/**
 * Giving the signature that was asked for.
 *
 * @see RFC 9421, section 5
 * @module
 */

import { type Component, parseComponent } from '../signature/component.ts';
import { requireDistinct } from '../signature/distinct.ts';
import type { RequestedSignature } from './accept-signature.ts';
import { checkOptions } from './check-options.ts';
import type { RequestMessage } from './message.ts';
import { openLines } from './open-lines.ts';
import type { SignRequestOptions } from './sign.ts';
import { newDigest, type SignedFields, signMessage } from './sign-message.ts';

/**
 * Signs a request as it was asked for: the same label, exactly these components, every parameter asked for.
 *
 * @throws {TypeError} If the signer is not the one asked for, or a component is not there: section 5.1 wants no
 *   signature then, rather than another one.
 */
export async function fulfillAcceptSignature(
  message: RequestMessage,
  requested: RequestedSignature,
  options: SignRequestOptions,
): Promise<SignedFields> {
  const { signer } = options;
  if (requested.keyid !== undefined && requested.keyid !== signer.keyid) throw new TypeError('the signature is asked for another keyid');
  if (requested.alg !== undefined && requested.alg !== signer.algorithm)
    throw new TypeError('the signature is asked for another algorithm');
  const components: readonly Component[] = requested.components.map((text) => parseComponent(text, 'requested.components'));
  requireDistinct(components);
  const wanted = {
    ...options,
    label: requested.label,
    tag: requested.tag ?? options.tag,
    nonce: requested.nonce ?? options.nonce,
    includeAlg: requested.alg !== undefined || options.includeAlg,
    expiresIn: options.expiresIn ?? (requested.expires ? 300 : undefined),
  };
  checkOptions(wanted);
  const { read, sourceWith } = openLines(message, options.fieldTypes);
  const digest = components.some(({ name }) => name === 'content-digest') ? await newDigest(message.body, read) : undefined;
  return signMessage(sourceWith(digest), components, digest, read, wanted);
}
