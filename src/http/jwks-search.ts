/**
 * Finding a key in JSON Web Key Sets, and fetching them when that is due.
 *
 * @module
 */

import type { VerificationKey } from '../crypto/verification-key.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type JwksFreshness, JwksSource } from './jwks-source.ts';
import type { JwksKey } from './load-jwks.ts';

/** The `resolveKey` over these sets. */
export function createJwksSearch(
  urls: readonly string[],
  settings: JwksFreshness,
  now: () => number,
): (keyid: string) => Awaitable<VerificationKey | undefined> {
  const sources = urls.map((url) => new JwksSource(url, settings));

  const select = (keyid: string, time: number) => {
    const known = sources.flatMap((source) => source.keys(time));
    return selectKey(known, keyid);
  };
  const refresh = async (time: number, isDue: (source: JwksSource) => boolean): Promise<void> => {
    await Promise.all(sources.filter((source) => isDue(source) && source.mayRefresh(time)).map((source) => source.refresh(time)));
  };
  const search = async (keyid: string, time: number): Promise<VerificationKey | undefined> => {
    await refresh(time, (source) => !source.isFresh(time));
    // If it is still not there, perhaps it is new. Unknown keyids cost one fetch in a while, whoever makes them up.
    if (select(keyid, time) === undefined) await refresh(time, () => true);
    const found = select(keyid, time);
    if (found !== undefined) return found.key;
    for (const { failure } of sources) if (failure !== undefined) throw failure;
    return undefined;
  };
  return (keyid) => {
    const time = now();
    const found = select(keyid, time);
    // Without a promise when its own set is fresh, and without waiting for another set that may be down.
    const isFresh = found !== undefined && sources.some((source) => source.isFresh(time) && source.keys(time).includes(found));
    return isFresh ? found.key : search(keyid, time);
  };
}

/** A thumbprint is proof of itself; a `kid` is what its set says, so it yields, and must mean one key only. */
function selectKey(keys: readonly JwksKey[], keyid: string): JwksKey | undefined {
  const exact = keys.filter(({ thumbprint }) => thumbprint === keyid);
  const [first, ...others] = exact.length > 0 ? exact : keys.filter(({ kid }) => kid === keyid);
  const isSame = ({ thumbprint, key }: JwksKey) => thumbprint === first?.thumbprint && key.algorithm === first.key.algorithm;
  return others.every(isSame) ? first : undefined;
}
