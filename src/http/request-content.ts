/**
 * What a request shows of itself to be verified: its components, whom it is for, and its content.
 *
 * @see RFC 9530, section 2
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type Awaitable, andThen } from '../internal/awaitable.ts';
import { isBytes } from '../internal/bytes.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import { CONTENT_DIGEST, covers, presentRequestFields } from '../rfc9421/coverage.ts';
import { combine } from '../rfc9421/field-lines.ts';
import type { CheckAuthority } from '../signature/authority.ts';
import { checkContentDigest } from '../signature/content-digest.ts';
import type { RequiredSignature } from '../signature/proven-signature.ts';
import type { MessageView } from '../signature/verify-signatures.ts';
import { type ContentBounds, readContent, WITHHELD } from './content.ts';
import type { TakenRequest } from './request-view.ts';
import type { SpelledRequests } from './respelled-request.ts';

/** The view of a request. A class: closures a request would cost a tenth of its HMAC. */
export class RequestView implements MessageView<Uint8Array | undefined> {
  readonly source: ComponentSource;
  readonly respelled: readonly ComponentSource[];
  readonly present: readonly Component[];
  readonly announcesContent: boolean;
  readonly #taken: TakenRequest;
  readonly #checkAuthority: CheckAuthority;
  readonly #bounds: ContentBounds;

  constructor(spelled: SpelledRequests, taken: TakenRequest, checkAuthority: CheckAuthority, bounds: ContentBounds) {
    const [{ source }, ...others] = spelled;
    this.source = source;
    this.respelled = others.map((other) => other.source);
    this.present = presentRequestFields((name) => taken.read(name) !== undefined);
    this.announcesContent = announcesContent(taken);
    this.#taken = taken;
    this.#checkAuthority = checkAuthority;
    this.#bounds = bounds;
  }

  checkAuthority(): Awaitable<void> {
    return this.#checkAuthority(this.#taken.message);
  }

  /**
   * Content that arrives must fit a covered digest; bytes are content whatever the sender declared. Without a digest that is covered or need
   * be, they are not looked at, and `undefined` is the answer.
   */
  readContent(required: readonly RequiredSignature[]): Awaitable<Uint8Array | undefined> {
    const { content, read, message } = this.#taken;
    if (typeof content === 'function') return content(required);
    const isCovered = required.some(({ signature }) => covers(signature.components, CONTENT_DIGEST));
    const isLacking = required.some(
      (one) => !covers(one.signature.components, CONTENT_DIGEST) && !one.requirement.uncovered.has('content-digest'),
    );
    if (!isCovered && !isLacking) return undefined;
    if (message.body === WITHHELD) {
      // Whether its digest can be held against it, whoever tells it on finds out.
      if (isLacking && this.announcesContent) throw lackingDigest(read('content-digest'));
      return undefined;
    }
    const arriving = content === message ? { body: message.body, announces: read } : (content as Request);
    return andThen(readContent(arriving, this.#bounds), (bytes) => this.#check(bytes, isCovered, isLacking));
  }

  #check(bytes: Uint8Array, isCovered: boolean, isLacking: boolean): Awaitable<Uint8Array> {
    const field = this.#taken.read('content-digest');
    if (bytes.length > 0 && isLacking) throw lackingDigest(field);
    if (field === undefined || !isCovered) return bytes;
    const coding = this.#taken.read('content-encoding')?.join();
    return andThen(checkContentDigest(combine(field), bytes, coding), () => bytes);
  }
}

function lackingDigest(field: readonly string[] | undefined): VerificationError {
  return field === undefined
    ? new VerificationError('digest_missing', 'the request has content, and no Content-Digest')
    : new VerificationError('component_uncovered', 'the signature does not cover "content-digest"');
}

/** Whether there is content for certain, as far as can be told without reading it. */
function announcesContent({ read, message: { body } }: TakenRequest): boolean {
  const length = read('content-length')?.[0];
  return (length !== undefined && /^\d*[1-9]\d*$/.test(length.trim())) || (isBytes(body) && body.length > 0);
}
