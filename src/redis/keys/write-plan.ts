/**
 * What the script that writes keys is told: which keys of Redis, and what becomes of each.
 *
 * @module
 */

import type { KeyWrite, StoredClaim } from '../../api-key/store/key-store.ts';
import type { StoredKey } from '../../api-key/store/record.ts';
import { type KeyNames, memberOf, placesOf } from './key-names.ts';
import { claimFields, eventFields, recordText } from './key-records.ts';

/** The keys of Redis by place, the first being 1, and the plan that speaks of them. */
export interface WritePlan {
  readonly keys: readonly string[];
  /** JSON of texts, places and lists. */
  readonly plan: string;
}

/** The plan of writes, of the claim that is put down with them, and of the channel on which they are told. */
export function planOf(
  names: KeyNames,
  writes: readonly KeyWrite[],
  claim: StoredClaim | undefined,
  notify: string | undefined,
): WritePlan {
  const places = new Map([names.revision, names.generations, names.events, names.changes].map((name, index) => [name, index + 1]));
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size + 1;
    places.set(name, place);
    return place;
  };
  const plan = JSON.stringify({
    notify,
    claim: claim && { at: placeOf(names.claim(claim.hash)), fields: claimFields(claim) },
    writes: writes.map((write) => oneOf(names, write, placeOf)),
  });
  return { keys: [...places.keys()], plan };
}

function oneOf(names: KeyNames, write: KeyWrite, placeOf: (name: string) => number): object {
  const { key, before } = write;
  const one = (key ?? before)!;
  const leaves = before === undefined ? [] : placesOf(names, before);
  const enters = key === undefined ? [] : placesOf(names, key);
  return {
    at: placeOf(names.key(one.keyid)),
    log: placeOf(names.eventsOf(one.keyid)),
    keyid: one.keyid,
    member: memberOf(one),
    before: before === undefined ? '' : String(before.revision),
    isNew: before === undefined,
    generation: generationOf(one),
    record: key && recordText(key),
    leaves: leaves.map(([list]) => placeOf(list)),
    enters: enters.map(([list, score]) => [placeOf(list), String(score)]),
    event: eventFields(write),
  };
}

function generationOf({ series, generation }: StoredKey): string {
  return `${generation} ${series}`;
}
