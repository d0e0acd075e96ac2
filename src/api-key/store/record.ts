/**
 * A key as it is kept, as its owner sees it, and what state it is in.
 *
 * Stored is what somebody decided; that a key has expired or was rotated out follows from times, so that nothing has to run for a key
 * to end.
 *
 * @module
 */

/** What a key is: a signing secret, a public key, or a key that only identifies. */
export type KeyKind = 'hmac' | 'ed25519' | 'bearer';

/** What somebody decided about a key. */
export type KeyStatus = 'pending' | 'active' | 'disabled' | 'revoked';

/** What a key is at a time: its status, or what follows from its times while it is active. */
export type KeyState = KeyStatus | 'scheduled' | 'expired' | 'rotated_out';

/** So many points in so many seconds. Kept with the key; whoever limits requests reads it. */
export interface LimitWindow {
  /** What the limit is called. */
  readonly name: string;
  /** Requests, or what they cost: a whole number from 1. */
  readonly points: number;
  /** The length of the window: whole seconds. */
  readonly seconds: number;
}

/** What there is to know about a key, but for its secret. Times are whole seconds since the epoch. */
export interface ApiKey {
  /** The public name. It travels with every request and may stand in logs. */
  readonly keyid: string;
  /** Keys that succeed each other in rotations share a series: the keyid of the first. */
  readonly series: string;
  /** 1 for the first of a series. */
  readonly generation: number;
  /** `hmac`, `ed25519` or `bearer`. */
  readonly kind: KeyKind;
  /** Whose customer the owner is; `''` without tenants. */
  readonly tenant: string;
  /** Who uses it, by the provider's own name. */
  readonly owner: string;
  /** What its owner calls it; `''` without a name. */
  readonly name: string;
  /** What it is for: `live`, `test`. */
  readonly environment: string;
  /** What was decided about it. That it expired or was replaced follows from times. */
  readonly status: KeyStatus;
  /** When that was decided. */
  readonly statusAt: number;
  /** Why, if somebody said so. */
  readonly reason: string | undefined;
  /** What it may be used for. */
  readonly scopes: readonly string[];
  /** Names and values of the provider's. */
  readonly labels: Readonly<Record<string, string>>;
  /** Limits of its own, for whoever limits requests. */
  readonly limits: readonly LimitWindow[] | undefined;
  /** Anything the provider wants to find again; JSON. */
  readonly metadata: unknown;
  /** When it was made; whole seconds since the epoch. */
  readonly createdAt: number;
  /** The first second it counts. */
  readonly notBefore: number | undefined;
  /** The last second it counts. */
  readonly notAfter: number | undefined;
  /** The keyid of its successor, once it was rotated. */
  readonly replacedBy: string | undefined;
  /** The first second it does not count any more, once it was rotated. */
  readonly overlapUntil: number | undefined;
  /** When it last proved itself, to the minute; `undefined` if it never did. */
  readonly lastUsedAt: number | undefined;
  /** How often it did. */
  readonly uses: number;
  /** Of its last change. Every change in a store has a greater one than those before it. */
  readonly revision: number;
}

/** A key as a store keeps it. */
export interface StoredKey extends ApiKey {
  /** A sealed secret, the `x` of a public key, or the HMAC of a bearer key: never a secret. */
  readonly material: string;
  /** The master key or pepper that it needs. */
  readonly sealedWith: string | undefined;
}

/** The state of a key at a time. */
export function stateOf(key: Pick<ApiKey, 'status' | 'notBefore' | 'notAfter' | 'overlapUntil'>, now: number): KeyState {
  if (key.status !== 'active') return key.status;
  if (key.overlapUntil !== undefined && now >= key.overlapUntil) return 'rotated_out';
  if (key.notAfter !== undefined && now > key.notAfter) return 'expired';
  if (key.notBefore !== undefined && now < key.notBefore) return 'scheduled';
  return 'active';
}

/** A stored key without its material. */
export function toApiKey({ material: _, sealedWith: __, ...key }: StoredKey): ApiKey {
  return Object.freeze({ ...key, scopes: Object.freeze([...key.scopes]), labels: Object.freeze({ ...key.labels }) });
}
