/**
 * A replay store for messages that are numbered: the nonce is a serial number in decimal.
 *
 * Of each scope (a key and a tag) the highest serial and a bitmap of those right below it are kept: 8 bytes and a window,
 * however many messages there are, and nothing is ever forgotten. A plain "higher than the last" would refuse a quarter of the honest
 * messages of a sender that has eight on the way at once.
 *
 * @see RFC 4303, section 3.4.3 (the same window, for IPsec); WIRE: a serial number travels as the decimal nonce
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertInteger } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { checkRequests } from './check-request.ts';
import { checkEpochOptions, Epoch } from './epoch.ts';
import type { ConsumeRequest, Consumption, ReplayStore } from './store.ts';

/** Options of `serialReplayStore`. */
export interface SerialReplayStoreOptions {
  /** How far below the highest serial a message may arrive; 256 by default, 65,536 at most. 1 is strictly increasing. */
  readonly window?: number | undefined;
  /** The most scopes that are remembered, one for each key and tag; 100,000 by default. Further ones are answered `full`. */
  readonly capacity?: number | undefined;
  /** The greatest `futureSkew`, in seconds, that any verifier had before this process started; by default that of the verifiers now. */
  readonly earlierFutureSkew?: number | undefined;
  /** Skips the cold start: for new keys only, in a demo or a test. False by default. */
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
}

const OPTIONS: OptionNames<SerialReplayStoreOptions> = {
  window: true,
  capacity: true,
  earlierFutureSkew: true,
  insecurelyAssumeNoEarlierMessages: true,
};

/** One to fifteen digits, in the one way to write them: exact as a number. */
const SERIAL = /^(?:0|[1-9][0-9]{0,14})$/;

/**
 * Creates a replay store for serial numbers in memory, for **one process only**.
 *
 * Keyids must be unique among all who share the store, across tenants: those of the same name share a count.
 *
 * A serial at or below the highest minus the window is answered `replayed`, accepted before or not: a sender that starts
 * again from a lower number needs a new key. After a restart the store does not know where a sender was: as with any
 * store, messages created up to `futureSkew + 1` seconds after the first use are `cold`; after that, each key continues
 * from the first serial it shows. A nonce that is not a serial number is a `VerificationError` `signature_malformed`. How
 * long a message lives does not matter, 31 days are no limit here: nothing is forgotten.
 *
 * @throws {TypeError | RangeError} If an option is not what it should be, or not known.
 */
export function serialReplayStore(options: SerialReplayStoreOptions = {}): ReplayStore {
  const given = readOptions(options, OPTIONS);
  const { window = 256, capacity = 100_000 } = given;
  assertInteger(window, 'window', 1, 65_536);
  assertInteger(capacity, 'capacity', 1, 2 ** 24);
  const epoch = new Epoch(checkEpochOptions(given));
  const scopes = new Map<string, SerialWindow>();
  /** Why a serial is not to be added, if so. */
  const refusalOf = (request: ConsumeRequest, serial: number): Exclude<Consumption, 'consumed'> | undefined => {
    epoch.note(request);
    // As every store answers, though this one could still tell.
    if (request.keepUntil < request.now) return 'cold';
    const known = scopes.get(request.scope);
    if (known?.has(serial)) return 'replayed';
    if (epoch.isCold(request)) return 'cold';
    return known === undefined && scopes.size >= capacity ? 'full' : undefined;
  };
  const add = ({ scope }: ConsumeRequest, serial: number) => {
    const seen = scopes.get(scope) ?? new SerialWindow(window, serial);
    seen.add(serial);
    scopes.set(scope, seen);
  };
  const consumeAll = (requests: readonly ConsumeRequest[]): Consumption => {
    checkRequests(requests);
    const serials = requests.map(({ nonce }) => parseSerial(nonce));
    for (const [index, request] of requests.entries()) {
      const refusal = refusalOf(request, serials[index]!);
      if (refusal !== undefined) return refusal;
    }
    for (const [index, request] of requests.entries()) add(request, serials[index]!);
    return 'consumed';
  };
  return { consume: (request) => consumeAll([request]), consumeAll };
}

function parseSerial(nonce: string): number {
  if (!SERIAL.test(nonce))
    throw new VerificationError('signature_malformed', 'nonce must be a serial number: 1 to 15 digits without leading zeros');
  return Number(nonce);
}

/** The serials of one key: those above `highest - size`, each a bit at its place modulo `size`. */
class SerialWindow {
  readonly #size: number;
  readonly #bits: Uint8Array;
  #highest: number;

  constructor(size: number, first: number) {
    this.#size = size;
    this.#bits = new Uint8Array(Math.ceil(size / 8));
    this.#highest = first;
  }

  /** Whether a serial was added, or lies so far below that nobody can tell. */
  has(serial: number): boolean {
    if (serial > this.#highest) return false;
    if (serial <= this.#highest - this.#size) return true;
    const place = serial % this.#size;
    return ((this.#bits[place >>> 3]! >>> (place & 7)) & 1) === 1;
  }

  add(serial: number): void {
    // The places that the window moves onto belonged to serials that are now below it.
    if (serial - this.#highest >= this.#size) this.#bits.fill(0);
    else for (let next = this.#highest + 1; next < serial; next++) this.#set(next, 0);
    this.#highest = Math.max(this.#highest, serial);
    this.#set(serial, 1);
  }

  #set(serial: number, bit: 0 | 1): void {
    const place = serial % this.#size;
    const mask = 1 << (place & 7);
    this.#bits[place >>> 3] = bit === 1 ? this.#bits[place >>> 3]! | mask : this.#bits[place >>> 3]! & ~mask;
  }
}
