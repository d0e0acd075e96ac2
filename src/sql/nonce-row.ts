/**
 * A nonce as the statements want it, and what a look at it tells.
 *
 * @module
 */

import { LIFETIMES, lifetimeOf } from '../replay/lifetime.ts';
import type { ConsumeRequest } from '../replay/store.ts';
import type { SqlRow, SqlValue } from './database.ts';
import { nonceName, scopeName } from './record-name.ts';

/** A request as the statements want it. */
export interface Row {
  readonly request: ConsumeRequest;
  readonly scope: string;
  readonly nonce: string;
  readonly values: readonly SqlValue[];
}

/** `warm` says whether a first epoch begins without a cold start. */
export async function rowOf(request: ConsumeRequest, warm: boolean): Promise<Row> {
  const { created, futureSkew } = request;
  const { index, own } = lifetimeOf(request);
  // All of a class are kept until its longest life is over: what is pruned then is past for everybody.
  const keepUntil = created + LIFETIMES[index]! + futureSkew + 1;
  const scope = await scopeName(request.scope);
  const nonce = nonceName(request.nonce);
  const values = [scope, nonce, created, keepUntil, index * 2 + (own ? 1 : 0), futureSkew, warm ? 1 : 0, index];
  return { request, scope, nonce, values };
}

/** Too late to be remembered. */
export function isLate({ keepUntil, now }: ConsumeRequest): boolean {
  return keepUntil < now;
}

/** What is known of a nonce, and of the epoch. */
export interface Looked {
  readonly known: boolean;
  readonly identity: unknown;
  readonly skew: number;
  readonly current: unknown;
  /** The server's time in whole seconds since the epoch. */
  readonly clock: number;
}

/** @throws {TypeError} If the database answered something else. */
export function readLook(row: SqlRow | undefined): Looked {
  const { known, identity, skew, current, clock } = row ?? {};
  if (typeof known !== 'number' || typeof clock !== 'number') throw new TypeError('the database gave no known answer');
  return { known: known > 0, identity, skew: typeof skew === 'number' ? skew : -1, current, clock };
}
