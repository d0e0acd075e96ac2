/** Keys over a store in memory, with a clock that is set by hand. */
import {
  type ApiKeys,
  type ApiKeysOptions,
  aesGcmSealer,
  createApiKeys,
  type KeyEvent,
  type KeyStore,
  memoryKeyStore,
} from 'countersign/api-keys';

export const NOON = 1_800_000_000;

export const MASTER = new Uint8Array(32).fill(7);

const PEPPER = { current: 'p1', keys: { p1: new Uint8Array(32).fill(9) } };

export interface OpenKeys {
  readonly apiKeys: ApiKeys;
  readonly store: KeyStore;
  readonly events: KeyEvent[];
  readonly clock: { now: number };
  /** Another process over the same store, with the same clock. */
  another(options?: Partial<ApiKeysOptions>): ApiKeys;
}

export function openKeys(options: Partial<ApiKeysOptions> = {}): OpenKeys {
  const store = options.store ?? memoryKeyStore();
  const clock = { now: NOON };
  const events: KeyEvent[] = [];
  const another = (others: Partial<ApiKeysOptions> = {}): ApiKeys =>
    createApiKeys({
      store,
      sealer: aesGcmSealer({ current: 'm1', keys: { m1: MASTER } }),
      pepper: PEPPER,
      prefix: 'bank',
      now: () => clock.now,
      maxKeysPerOwner: 1000,
      ...options,
      ...others,
    });
  return { apiKeys: another({ onEvent: (event) => events.push(event), ...options }), store, events, clock, another };
}
