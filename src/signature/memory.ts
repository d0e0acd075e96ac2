/**
 * What the replay store of a single process remembers.
 *
 * Nonces live in two generations. New ones go to the younger; when everything in the older is past accepting, it is
 * dropped as a whole and the younger takes its place. So nothing is scanned, no timer runs, and a nonce costs 21 to 32
 * bytes. A nonce is never dropped to make room: a full store refuses.
 *
 * @module
 */

import type { RandomBytes } from '../crypto/random.ts';
import { Epoch } from './epoch.ts';
import { createFingerprint } from './fingerprint.ts';
import { FingerprintTable } from './fingerprint-table.ts';
import type { ConsumeRequest, Consumption } from './replay-store.ts';

/** The options of the store, with their defaults. */
interface MemoryOptions {
  readonly capacity: number;
  readonly quotaPerTenant: number | undefined;
  readonly randomBytes: RandomBytes;
  readonly insecurelyAssumeNoEarlierMessages: boolean;
}

/** Makes an empty memory, cold unless told otherwise. */
export function createMemory(options: MemoryOptions): (request: ConsumeRequest) => Consumption {
  const { capacity, quotaPerTenant, randomBytes, insecurelyAssumeNoEarlierMessages } = options;
  const epoch = new Epoch(insecurelyAssumeNoEarlierMessages);
  const fingerprint = createFingerprint(randomBytes);
  let older = new Generation();
  let younger = new Generation();
  // The longest that any message was to be remembered. All are remembered that long, also those that expire sooner:
  // then what is dropped is older than whatever is still accepted, and raising the epoch refuses nothing honest.
  let lifetime = 0;

  const forget = (now: number): void => {
    while (older.size + younger.size > 0 && now > older.created + lifetime) {
      epoch.raise(older.created);
      older = younger;
      younger = new Generation();
    }
  };
  const isFull = (tenant: string): boolean => {
    const quota = quotaPerTenant ?? (tenant === '' ? capacity : Math.ceil(capacity / 2));
    return older.size + younger.size >= capacity || older.sizeOf(tenant) + younger.sizeOf(tenant) >= quota;
  };
  // Synchronous from the first to the last line: nothing comes between looking and adding.
  const consume = (request: ConsumeRequest): Consumption => {
    epoch.begin(request);
    const { tenant, scope, nonce, created, keepUntil, now } = request;
    lifetime = Math.max(lifetime, keepUntil - created);
    forget(now);
    const print = fingerprint(scope, nonce);
    if (older.prints.has(print) || younger.prints.has(print)) return 'replayed';
    if (epoch.isCold(request)) return 'cold';
    if (isFull(tenant)) return 'full';
    younger.add(print, tenant, created);
    return 'consumed';
  };
  return consume;
}

/** Nonces that are forgotten together. */
class Generation {
  readonly prints = new FingerprintTable();
  readonly #tenants = new Map<string, number>();
  /** The greatest `created` among them. */
  created = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.prints.size;
  }

  sizeOf(tenant: string): number {
    return this.#tenants.get(tenant) ?? 0;
  }

  add(print: Int32Array, tenant: string, created: number): void {
    this.prints.add(print);
    this.#tenants.set(tenant, this.sizeOf(tenant) + 1);
    this.created = Math.max(this.created, created);
  }
}
