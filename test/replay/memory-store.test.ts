import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { systemRandomBytes } from '../../src/crypto/random.ts';
import type { Awaitable } from '../../src/internal/awaitable.ts';
import { type MemoryReplayStoreOptions, memoryReplayStore } from '../../src/replay/memory-store.ts';
import { type Consumption, replayScope } from '../../src/replay/store.ts';
import { consumption, DAY, FUTURE_SKEW, MAX_AGE, type Message, NOON } from '../../src/testing/messages.ts';
import { describeReplayStore, type StoreOptions } from '../support/replay-store-contract.ts';
import { rounds } from '../support/rounds.ts';

const create = ({ warm, ...options }: StoreOptions) => memoryReplayStore({ ...options, insecurelyAssumeNoEarlierMessages: warm });

describeReplayStore('memoryReplayStore', {
  create,
  restart: (_, options) => create(options),
  bounded: true,
  runs: rounds(1000),
});

/** A store, and that it answers at once from its second message on is part of its contract. */
function open(options: MemoryReplayStoreOptions = {}): (message: Message) => Awaitable<Consumption> {
  const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, ...options });
  let loaded = false;
  return async (message) => {
    const answer = store.consume(consumption(message));
    if (loaded && typeof answer !== 'string') throw new Error('it made us wait');
    await answer;
    loaded = true;
    return answer;
  };
}

/** A million; or what fills its tables as well as a million does. */
const MANY = Math.max(rounds(1_000_000), 250_000);

/** As long as a nonce can take up room: signed at the edge of the future, and met at the end of its life. */
const WINDOW = MAX_AGE + 2 * FUTURE_SKEW + 2;

describe('memoryReplayStore', () => {
  it('tells in a worker of a cluster, once, that it is not shared', async () => {
    const program = `
      import cluster from 'node:cluster';
      import { memoryReplayStore } from ${JSON.stringify(new URL('../../src/replay/memory-store.ts', import.meta.url).href)};
      const now = 1_700_000_000;
      const store = memoryReplayStore();
      const use = (nonce) => store.consume({ tenant: '', scope: '1:k-', nonce, created: now, keepUntil: now + 306, now, futureSkew: 5 });
      if (cluster.isPrimary) {
        use('a');
        cluster.fork().on('exit', () => process.exit());
      } else {
        for (const nonce of ['a', 'b']) use(nonce);
        process.exit();
      }`;
    const file = join(mkdtempSync(join(tmpdir(), 'countersign-cluster-')), 'program.mts');
    writeFileSync(file, program);
    const { status, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stderr.match(/worker of a cluster/g)).toHaveLength(1);
  });

  it('stays within its bounds under five million nonces at the documented rate, in a process with little memory', {
    timeout: 180_000,
  }, () => {
    const count = Math.max(rounds(5_000_000), 1_000_000);
    const program = `
      import { memoryReplayStore } from ${JSON.stringify(new URL('../../src/replay/memory-store.ts', import.meta.url).href)};
      const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
      let most = 0;
      for (let index = 0; index < ${count}; index++) {
        const now = 1_700_000_000 + Math.floor(index / 1600);
        const scope = \`4:k\${String(index % 1000).padStart(3, '0')}-\`;
        const answer = store.consume({ tenant: '', scope, nonce: \`n\${index}\`, created: now, keepUntil: now + 306, now, futureSkew: 5 });
        if (answer !== 'consumed') throw new Error(\`nonce \${index}: \${answer}\`);
        if (index % 10_000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
      console.log(most);`;
    const file = join(mkdtempSync(join(tmpdir(), 'countersign-heap-')), 'program.mts');
    writeFileSync(file, program);
    // What is outside the heap is told; a heap that grew beyond this would end the process.
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=32', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(Number(stdout)).toBeGreaterThan(1_000_000);
    expect(Number(stdout)).toBeLessThanOrEqual(1_000_000 * 40);
  });

  it('draws 16 bytes at the first use, none before and none after', async () => {
    const drawn: number[] = [];
    const randomBytes = (length: number) => {
      drawn.push(length);
      return systemRandomBytes(length);
    };
    const consume = open({ randomBytes });
    expect(drawn).toEqual([]);
    for (let index = 0; index < 100; index++) await consume({ nonce: `${index}`, now: NOON + 50 * index });
    expect(drawn).toEqual([16]);
  });

  it('throws, and so accepts nothing, with a source of randomness that does not give what it should', async () => {
    await expect(open({ randomBytes: () => new Uint8Array(8) })({ nonce: 'a' })).rejects.toThrow(TypeError);
  });

  it('shows nothing of what it holds', async () => {
    const store = memoryReplayStore();
    void store.consume(consumption({ nonce: 'shown' }));
    expect(JSON.stringify(store)).toBe('{}');
  });

  it('stays cold until its start when the clock is set back', async () => {
    const consume = open({ insecurelyAssumeNoEarlierMessages: false });
    expect(await consume({ nonce: 'a' })).toBe('cold');
    expect(await consume({ nonce: 'b', now: NOON - 3600 })).toBe('cold');
    expect(await consume({ nonce: 'c', now: NOON + FUTURE_SKEW + 1 })).toBe('cold');
    expect(await consume({ nonce: 'd', now: NOON + FUTURE_SKEW + 2 })).toBe('consumed');
  });

  it('forgets only as a whole, and answers cold for what it forgot', async () => {
    const consume = open();
    expect(await consume({ nonce: 'a' })).toBe('consumed');
    const now = NOON + MAX_AGE + FUTURE_SKEW + 2;
    expect(await consume({ nonce: 'b', now })).toBe('consumed');
    // "a" is gone: a clock that is set back, or a verifier with a longer maxAge, must not bring it in again.
    expect(await consume({ nonce: 'a', created: NOON, now: NOON + 1 })).toBe('cold');
    expect(await consume({ nonce: 'never seen', created: NOON, now: NOON + 1 })).toBe('cold');
    expect(await consume({ nonce: 'c', created: NOON + 1, now })).toBe('consumed');
  });

  it('serves everything at the documented rate, for hours', async () => {
    // Three a second: a prime number of seconds would hide a rhythm, these do not.
    const consume = open({ capacity: 2 * WINDOW * 3 });
    for (let second = 0; second < 20 * WINDOW; second++) {
      for (let index = 0; index < 3; index++) {
        const created = NOON + second + [FUTURE_SKEW, 0, -MAX_AGE][index]!;
        const answer = await consume({ nonce: `${second} ${index}`, created, now: NOON + second });
        if (answer !== 'consumed') throw new Error(`${answer} after ${second} s`);
      }
    }
  });

  it('answers full beyond that, replayed for what it has, and recovers', async () => {
    const consume = open({ capacity: 2 * WINDOW });
    const answers = new Map<Consumption, number>();
    const accepted: Message[] = [];
    for (let second = 0; second < 10 * WINDOW; second++) {
      for (let index = 0; index < 4; index++) {
        const message = { nonce: `${second} ${index}`, created: NOON + second };
        const answer = await consume({ ...message, now: NOON + second });
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        if (answer === 'consumed') accepted.push(message);
      }
      const recent = accepted[accepted.length - 1 - (second % 7)];
      if (recent) expect(await consume({ ...recent, now: NOON + second })).not.toBe('consumed');
    }
    expect([...answers.keys()].sort()).toEqual(['consumed', 'full']);
    // At least as many as the honest rate would have been.
    expect(answers.get('consumed')).toBeGreaterThanOrEqual(8 * WINDOW);
  });

  it('refuses no slow clock where other messages expire soon', async () => {
    const consume = open();
    expect(await consume({ nonce: 'plain' })).toBe('consumed');
    for (let second = 1; second < 5 * WINDOW; second++) {
      const now = NOON + second;
      expect(await consume({ nonce: `short ${second}`, now, expires: now + 10 })).toBe('consumed');
      if (second > MAX_AGE) expect(await consume({ nonce: `slow ${second}`, now, created: now - MAX_AGE })).toBe('consumed');
    }
  });

  it('is whole again at once when the clock jumps a year ahead, and lets nothing in when it jumps back', async () => {
    const consume = open({ capacity: 100, quotaPerTenant: 50 });
    for (let index = 0; index < 50; index++) await consume({ tenant: 'a', nonce: `a${index}`, now: NOON + index });
    for (let index = 0; index < 50; index++) await consume({ tenant: 'b', nonce: `b${index}`, now: NOON + index });
    expect(await consume({ tenant: 'a', nonce: 'x', now: NOON + 60 })).toBe('full');
    const year = NOON + 31_536_000;
    for (const tenant of ['a', 'b'])
      for (let index = 0; index < 50; index++)
        expect(await consume({ tenant, keyid: tenant, nonce: `${index}`, now: year })).toBe('consumed');
    for (let index = 0; index < 50; index++) {
      expect(await consume({ tenant: 'a', nonce: `a${index}`, created: NOON + index, now: NOON + 100 })).toBe('cold');
    }
  });

  it('gives a named tenant half of the capacity, and keys without a tenant all of it', async () => {
    for (const [tenant, expected] of [
      ['a', 500],
      ['', 1000],
    ] as const) {
      const consume = open({ capacity: 1000 });
      let accepted = 0;
      for (let index = 0; index < 2000; index++) if ((await consume({ tenant, nonce: `${index}` })) === 'consumed') accepted++;
      expect(accepted).toBe(expected);
      expect(await consume({ tenant: 'b', nonce: 'n' })).toBe(tenant === 'a' ? 'consumed' : 'full');
    }
  });

  it('serves other keys while one without a tenant floods: an eighth more is theirs, a 64th of it each', async () => {
    const consume = open({ capacity: 6400 });
    const flood = async (keyid: string, count: number) => {
      let accepted = 0;
      for (let index = 0; index < count; index++) if ((await consume({ keyid, nonce: `${index}` })) === 'consumed') accepted++;
      return accepted;
    };
    expect(await flood('flood', 10_000)).toBe(6400);
    expect([await flood('a', 50), await flood('b', 200), await flood('c', 200)]).toEqual([50, 100, 100]);
    // The floods of many keys end at the eighth.
    let accepted = 250;
    for (let key = 0; key < 50; key++) accepted += await flood(`k${key}`, 100);
    expect(accepted).toBe(800);
    expect(await flood('flood', 10)).toBe(0);
  });

  it('answers cold for what a shorter policy may have forgotten, of that key and tag alone', async () => {
    const consume = open();
    expect(await consume({ nonce: 'short' })).toBe('consumed');
    const now = NOON + MAX_AGE + FUTURE_SKEW + 2;
    for (const keyid of ['k', 'other']) for (let turn = 0; turn < 2; turn++) await consume({ keyid, nonce: `turn ${turn}`, now });
    const old = { created: NOON, now, maxAge: 3600 };
    for (const nonce of ['short', 'never seen']) expect(await consume({ ...old, nonce })).toBe('cold');
    expect(await consume({ ...old, nonce: 'never seen', tag: 'slow' })).toBe('consumed');
    expect(await consume({ ...old, nonce: 'never seen', keyid: 'slow' })).toBe('consumed');
    // What ends by its own word cannot have been met under another policy.
    expect(await consume({ ...old, nonce: 'with an end', tag: 'slow', expires: NOON + 3000 })).toBe('consumed');
    expect(await consume({ ...old, nonce: 'since then', created: now })).toBe('consumed');
  });

  it('knows which keys had shorter policies for as long as it matters, whatever the clock does then', async () => {
    const consume = open();
    const others = async (from: number, seconds: number) => {
      for (let now = from; now <= from + seconds; now += 100) await consume({ keyid: 'other', nonce: `n${now}`, now });
    };
    const met: number[] = [];
    for (let day = 0; day <= 100; day += 5) {
      const created = NOON + day * DAY - 5;
      const keyid = `day ${day}`;
      expect(await consume({ keyid, nonce: `day ${day}`, created, now: created })).toBe('consumed');
      met.push(day);
      await others(created, 1500);
      // The longer verifier meets it, and one that nobody met.
      for (const nonce of [`day ${day}`, `never ${day}`])
        expect(await consume({ keyid, nonce, created, now: created + 1500, maxAge: 3600 }), nonce).toBe('cold');
    }
    // The clock is set back, by up to a hundred days.
    for (const day of met) {
      const created = NOON + day * DAY - 5;
      expect(await consume({ keyid: `day ${day}`, nonce: `day ${day}`, created, now: created + 1500, maxAge: 3600 })).toBe('cold');
    }
  });

  it('knows of a key that was busy for 31 days what it did last', async () => {
    const consume = open();
    const last = NOON + 31 * DAY - 10;
    for (const created of [NOON, NOON + 1, NOON + DAY, NOON + 20 * DAY, last]) {
      await consume({ nonce: `at ${created}`, now: created });
      if (created < last) await consume({ keyid: 'other', nonce: `n${created}`, now: created });
    }
    for (let now = last; now <= last + 1500; now += 100) await consume({ keyid: 'other', nonce: `n${now}`, now });
    expect(await consume({ nonce: `at ${last}`, created: last, now: last + 1500, maxAge: 3600 })).toBe('cold');
  });

  it('goes by what a message says of its end, whatever verifiers of other makes ask', () => {
    const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const request = consumption({ nonce: 'a', expires: NOON + 3000, maxAge: 3600 });
    expect(store.consume({ ...request, keepUntil: NOON + 300 })).toBe('consumed');
    for (let now = NOON; now < NOON + 1000; now += 100) void store.consume(consumption({ nonce: `n${now}`, now }));
    expect(store.consume({ ...request, now: NOON + 1000 })).toBe('replayed');
  });

  it(`takes at most 40 bytes a nonce at ${MANY}, and twice as many more change nothing`, { timeout: 120_000 }, async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const memory = () => {
      for (let turn = 0; turn < 3; turn++) collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    // As many keys as nonces, which is the most to keep.
    const scopeOf = (index: number) => replayScope(`device ${index}`, undefined);
    const template = consumption({ tenant: 'acme', nonce: '' });
    const before = memory();
    const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, quotaPerTenant: MANY });
    let worst = 0;
    let consumed = 0;
    const count = async (from: number, to: number) => {
      for (let index = from; index < to; index++) {
        // Half in each generation, so that both count.
        const now = NOON + (index < MANY / 2 ? 0 : 60);
        if (
          (await store.consume({
            ...template,
            scope: scopeOf(index),
            now,
            created: now,
            keepUntil: now + MAX_AGE,
            nonce: index.toString(36).padStart(22, '-'),
          })) === 'consumed'
        )
          consumed++;
        if (index % (MANY / 10) === MANY / 10 - 1) worst = Math.max(worst, (memory() - before) / consumed);
      }
    };
    await count(0, MANY);
    const bytes = (memory() - before) / MANY;
    expect(consumed).toBe(MANY);
    expect(bytes).toBeLessThanOrEqual(40);
    expect(worst).toBeLessThanOrEqual(40);
    await count(MANY, 3 * MANY);
    expect(consumed).toBe(MANY);
    expect((memory() - before) / MANY).toBeLessThanOrEqual(40);
    expect(await store.consume({ ...template, nonce: 'one more', now: NOON + 60 })).toBe('full');
  });
});
