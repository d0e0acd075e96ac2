/**
 * The query carrier as a verifier of requests knows it; `countersign/url` implements it.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import type { RequestMessage } from '../rfc9421/message.ts';
import type { RequiredSignature } from './proven-signature.ts';

/** A signature that was found in a query. */
export interface FoundInQuery {
  /** The message without the signature. */
  readonly message: RequestMessage;
  /** The method that was signed. */
  readonly signedMethod: string;
  /** The signature, and what is required of it. */
  readonly required: RequiredSignature;
}

/** Reads a signature off the query; `undefined` if there is none: `signedUrls()` of `countersign/url` makes one. */
export type QueryCarrier = (message: RequestMessage) => FoundInQuery | undefined;
