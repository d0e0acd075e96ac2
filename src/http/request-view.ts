/**
 * What a request shows the judge: its components, whom it is for, and its content.
 *
 * @see RFC 9530, section 2
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import { type Component, plainComponent } from '../rfc9421/component.ts';
import { combine, type FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { verifyContentDigest } from '../signature/content-digest.ts';
import type { Charge, Evidence } from '../signature/verify-context.ts';
import { readContent } from './content.ts';

/** What is the same for all requests of a verifier. */
export interface Court {
  readonly checkAuthority: ((message: RequestMessage) => void) | undefined;
  readonly bodyBytes: number;
}

const CONTENT_TYPE: readonly Component[] = /* @__PURE__ */ ['content-type'].map(plainComponent);

const CONTENT_ENCODING: readonly Component[] = /* @__PURE__ */ ['content-encoding'].map(plainComponent);

const NONE: readonly Component[] = [];

/** A member of the digest alone would not do. */
const WHOLE_DIGEST: readonly string[] = ['"content-digest"', '"content-digest";sf', '"content-digest";bs'];

/** The evidence of a request. A class: closures a request would cost a tenth of its HMAC. */
export class RequestEvidence implements Evidence {
  readonly source: ComponentSource;
  readonly obliged: readonly Component[];
  /** The content, once it was held against its digest; `undefined` if it is nobody's business. Made by `checkContent`. */
  content: Awaitable<Uint8Array | undefined>;
  readonly #message: RequestMessage;
  readonly #read: FieldReader;
  readonly #body: Request | RequestMessage;
  readonly #court: Court;

  constructor(source: ComponentSource, message: RequestMessage, read: FieldReader, body: Request | RequestMessage, court: Court) {
    this.source = source;
    this.obliged = obligedComponents(read);
    this.content = undefined;
    this.#message = message;
    this.#read = read;
    this.#body = body;
    this.#court = court;
  }

  checkAuthority(): void {
    this.#court.checkAuthority?.(this.#message);
  }

  /**
   * Content that arrives must fit a covered digest; bytes are content whatever the sender declared. Without a digest that is
   * covered or need be, they are not looked at.
   */
  checkContent(charges: readonly Charge[]): Awaitable<unknown> {
    let covered = false;
    let lacking = false;
    for (const charge of charges) {
      if (coversDigest(charge)) covered = true;
      else if (!charge.requirement.uncovered.has('content-digest')) lacking = true;
    }
    if (!covered && !lacking) return undefined;
    const bytes = readContent(this.#body, this.#court.bodyBytes);
    this.content = isThenable(bytes)
      ? bytes.then((all) => this.#checkBytes(all, covered, lacking))
      : this.#checkBytes(bytes, covered, lacking);
    return this.content;
  }

  #checkBytes(bytes: Uint8Array, covered: boolean, lacking: boolean): Awaitable<Uint8Array> {
    const field = this.#read('content-digest');
    if (bytes.length > 0 && lacking) {
      if (field === undefined) throw new VerificationError('digest_missing', 'the request has content');
      throw new VerificationError('component_uncovered', '"content-digest"');
    }
    return field !== undefined && covered ? verifyContentDigest(combine(field), bytes).then(() => bytes) : bytes;
  }
}

/** What is there must be covered. */
function obligedComponents(read: FieldReader): readonly Component[] {
  const type = read('content-type') === undefined ? NONE : CONTENT_TYPE;
  return read('content-encoding') === undefined ? type : [...type, ...CONTENT_ENCODING];
}

function coversDigest({ signature }: Charge): boolean {
  for (const { name, identity } of signature.components) {
    if (name === 'content-digest' && WHOLE_DIGEST.includes(identity)) return true;
  }
  return false;
}
