/** Cryptography alone, over bases that are ready: what nobody can beat. */
import { createHmac, type KeyObject, sign as nodeSign, verify as nodeVerify, timingSafeEqual } from 'node:crypto';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';

export const BARE = 'bare node:crypto';

interface Signed {
  readonly base: Uint8Array;
  readonly signature: Uint8Array;
}

function tamper({ base, signature }: Signed): Signed {
  const other = base.slice();
  other[10]! ^= 1;
  return { base: other, signature };
}

/** HMAC-SHA256 with a prepared key. */
export function bareHmac(bases: readonly Uint8Array[], key: KeyObject): Alternative {
  const mac = (base: Uint8Array) => createHmac('sha256', key).update(base).digest();
  return pair<Signed, Signed, boolean>({
    name: BARE,
    sign: (index) => {
      const base = bases[index % bases.length]!;
      return { base, signature: mac(base) };
    },
    verify: ({ base, signature }) => timingSafeEqual(mac(base), signature),
    send: (_, signed) => signed,
    accepts: Boolean,
    tamper,
  });
}

/** Ed25519 with prepared keys. */
export function bareEd25519(bases: readonly Uint8Array[], privateKey: KeyObject, publicKey: KeyObject): Alternative {
  return pair<Signed, Signed, boolean>({
    name: BARE,
    sign: (index) => {
      const base = bases[index % bases.length]!;
      return { base, signature: nodeSign(null, base, privateKey) };
    },
    verify: ({ base, signature }) => nodeVerify(null, base, publicKey, signature),
    send: (_, signed) => signed,
    accepts: Boolean,
    tamper,
  });
}
