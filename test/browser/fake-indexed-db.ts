/** The few calls of IndexedDB that key storage makes, in memory, its transactions one after the other as the real ones. */

/** Where it fails. */
export type Failure = 'open' | 'open-event' | 'transaction' | 'add' | 'abort' | 'close';

interface FakeRequest {
  result?: unknown;
  error?: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
  onupgradeneeded: (() => void) | null;
}

export interface FakeIndexedDb {
  open(name: string, version?: number): object;
  readonly stored: Map<string, unknown>;
  additions(): number;
  connections(): number;
}

const request = (): FakeRequest => ({ onsuccess: null, onerror: null, onupgradeneeded: null });
const tick = () => new Promise((resolve) => setImmediate(resolve));
const failed = (name: string) => new DOMException('failed on purpose', name);

export function createFakeIndexedDb(failure?: Failure): FakeIndexedDb {
  const stored = new Map<string, unknown>();
  let [created, additions, connections] = [false, 0, 0];
  let queue: Promise<unknown> = Promise.resolve();

  /** A transaction: requests answer in turn; it completes when none is left. */
  function transaction(database: { onclose: (() => void) | null }) {
    if (failure === 'transaction') throw failed('InvalidStateError');
    const pending: (() => void)[] = [];
    const self = { error: null as unknown, oncomplete: null as (() => void) | null, onabort: null as (() => void) | null };
    let aborted = false;
    const ask = (work: () => unknown): FakeRequest => {
      const asked = request();
      pending.push(() => {
        asked.result = work();
        asked.onsuccess?.();
      });
      return asked;
    };
    const store = {
      get: (name: string) => ask(() => stored.get(name)),
      delete: (name: string) => ask(() => void stored.delete(name)),
      add: (value: unknown, name: string) => {
        if (failure === 'add') throw failed('DataCloneError');
        return ask(() => {
          if (stored.has(name)) throw failed('ConstraintError');
          additions++;
          stored.set(name, value);
        });
      },
    };
    queue = queue.then(async () => {
      await tick();
      if (failure === 'close') return database.onclose?.();
      for (let next = pending.shift(); next && !aborted; next = pending.shift()) {
        next();
        await tick();
      }
      if (failure === 'abort') self.error = failed('QuotaExceededError');
      return aborted || failure === 'abort' ? self.onabort?.() : self.oncomplete?.();
    });
    return Object.assign(self, {
      objectStore: () => store,
      abort: () => {
        aborted = true;
      },
    });
  }

  function open(): object {
    if (failure === 'open') throw failed('SecurityError');
    const opening = request();
    void tick().then(() => {
      if (failure === 'open-event') {
        opening.error = failed('InvalidStateError');
        return opening.onerror?.();
      }
      const database = { onclose: null, createObjectStore: () => undefined, close: () => connections-- };
      opening.result = Object.assign(database, { transaction: () => transaction(database) });
      connections++;
      if (!created) opening.onupgradeneeded?.();
      created = true;
      return opening.onsuccess?.();
    });
    return opening;
  }

  return { open, stored, additions: () => additions, connections: () => connections };
}
