/**
 * What happens to requests, for logs and metrics: one event a request.
 *
 * @module
 */

import type { VerificationErrorCode } from '../../errors.ts';

/** One request, verified or not. Key ids are in it for logs; they are no labels of metrics. */
export interface VerificationEvent {
  /**
   * `accepted`; `refused`, through the peer's fault; `failed`, through ours: a store or a look-up that is down, a body that a parser took, a
   * program's error.
   */
  readonly outcome: 'accepted' | 'refused' | 'failed';
  /** Why not; `undefined` of what was accepted, and of errors that are no `VerificationError`. */
  readonly code: VerificationErrorCode | undefined;
  /** Seconds that verifying took, reading the body and asking the stores included; with fractions. */
  readonly duration: number;
  /** Our time less the time at which the message says that it was signed, in seconds: positive for clocks that are slow and messages that are old. */
  readonly clockDifference: number | undefined;
  /** The keyid; of what was not accepted the one it claims. */
  readonly keyid: string | undefined;
  /** The error, of what was not accepted. */
  readonly error: unknown;
}

/** Told of each request. */
export type OnEvent = (event: VerificationEvent) => unknown;
