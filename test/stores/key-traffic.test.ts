/** Keys that rotate, expire and are revoked while four processes verify with them. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { hmacSigner, type RequestMessage, type Signer, signRequest } from 'countersign';
import { type ApiKeys, aesGcmSealer, createApiKeys } from 'countersign/api-keys';
import { describe, expect, inject, it } from 'vitest';
import { createRandom, type Random } from '../support/random.ts';
import { type Answers, DELAY, MASTER_KEY, openStore, PEPPER, type Place, type Work } from './support/key-worker.ts';
import { temporaryFile } from './support/places.ts';

const START = 1_800_000_000;

const PROCESSES = 4;

const STEPS = 125;

const REQUESTS_A_STEP = 80;

/** A key, and what is true of it. */
interface Known {
  readonly keyid: string;
  readonly signer: Signer | undefined;
  readonly secret: string;
  /** The first second it does not count. */
  endsAt: number;
  /** When that was decided. */
  decidedAt: number;
  isReplaced: boolean;
}

class Worker {
  readonly #child: ChildProcess;

  constructor(place: Place) {
    this.#child = fork(join(import.meta.dirname, 'support/key-worker.ts'), ['serve', JSON.stringify(place)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  ask(work: Work): Promise<Answers> {
    return new Promise((resolve, reject) => {
      const fail = (code: number | null) => reject(new Error(`a worker ended with ${code}`));
      this.#child.once('exit', fail);
      this.#child.once('message', (answers) => {
        this.#child.off('exit', fail);
        resolve(answers as Answers);
      });
      this.#child.send(work);
    });
  }

  close(): Promise<unknown> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    return ended;
  }
}

const MESSAGE: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };

const places: Readonly<Record<string, () => Promise<Place>>> = {
  SQLite: async () => ({ sqlite: temporaryFile() }),
  PostgreSQL: async () => ({ postgres: inject('postgresPort'), prefix: 'traffic_' }),
  Redis: async () => ({ redis: inject('redisPort'), prefix: 'traffic' }),
};

describe.each(Object.entries(places))('four processes over %s', (_, placeOf) => {
  it(`refuse no honest request inside its window, and accept none after it: ${STEPS * REQUESTS_A_STEP} of them`, async () => {
    const place = await placeOf();
    const { prepare, store, close } = openStore(place);
    await prepare();
    let now = START;
    const sealer = aesGcmSealer({ current: 'm', keys: { m: MASTER_KEY } });
    const apiKeys = createApiKeys({ store, sealer, pepper: PEPPER, prefix: 'bank', maxKeysPerOwner: 10_000, now: () => now });
    const workers = Array.from({ length: PROCESSES }, () => new Worker(place));
    const random = createRandom('keys in traffic');
    const keys: Known[] = [];
    for (let index = 0; index < 12; index++) keys.push(await issue(apiKeys, index % 3 === 0 ? 'bearer' : 'hmac', now));
    const counts = { accepted: 0, refused: 0, between: 0 };
    const faults: string[] = [];

    for (let step = 0; step < STEPS; step++) {
      now += 1;
      await change(apiKeys, keys, now, random);
      // Recent keys are asked for more, so that those around their end are met.
      const asked = Array.from({ length: REQUESTS_A_STEP }, () => random.pick(keys.slice(-40)));
      const works: Known[][] = workers.map((_, index) => asked.filter((_, at) => at % PROCESSES === index));
      const results = await Promise.all(
        works.map(async (known, index) => {
          const [signing, bearing] = [known.filter(({ signer }) => signer), known.filter(({ signer }) => !signer)];
          const signed = await Promise.all(
            signing.map(async ({ signer }) => ({
              ...MESSAGE,
              fields: (await signRequest(MESSAGE, { signer: signer!, now: () => now })).fields,
            })),
          );
          const sent = bearing.map(({ secret }) => ({ ...MESSAGE, fields: [['authorization', `Bearer ${secret}`]] as const }));
          const answers = await workers[index]!.ask({ now, signed, sent });
          return [...signing, ...bearing].map((key, at) => [key, [...answers.signed, ...answers.sent][at]!] as const);
        }),
      );
      for (const [key, answer] of results.flat()) {
        const must = now < key.endsAt ? 'accepted' : now >= Math.max(key.endsAt, key.decidedAt + DELAY) ? 'refused' : 'between';
        counts[must]++;
        if (must === 'accepted' && answer !== 'accepted') faults.push(`refused ${key.endsAt - now} s before its end: ${answer}`);
        if (must === 'refused' && !/^key_(?:revoked|rotated_out|expired)$/.test(answer)) faults.push(`after its end: ${answer}`);
      }
    }
    await Promise.all(workers.map((worker) => worker.close()));
    expect(faults).toEqual([]);
    expect(counts.accepted + counts.refused + counts.between).toBe(STEPS * REQUESTS_A_STEP);
    // It was no test if nothing ended.
    expect(counts.accepted).toBeGreaterThan(2000);
    expect(counts.refused).toBeGreaterThan(1000);
    const used = (await apiKeys.list({ limit: 1000 })).keys.reduce((sum, { uses }) => sum + uses, 0);
    expect(used).toBeGreaterThanOrEqual(counts.accepted);
    await close();
  });
});

async function issue(apiKeys: ApiKeys, kind: 'hmac' | 'bearer', now: number): Promise<Known> {
  const expiresIn = 60 + (now % 30);
  return known(await apiKeys.issue({ kind, owner: 'jdoe', expiresIn }), kind === 'hmac', now + expiresIn + 1);
}

function known(issued: { readonly keyid: string; readonly secret: string }, signs: boolean, endsAt: number): Known {
  const { keyid, secret } = issued;
  return { keyid, secret, signer: signs ? hmacSigner({ keyid, secret }) : undefined, endsAt, decidedAt: 0, isReplaced: false };
}

/** Something happens to some key. */
async function change(apiKeys: ApiKeys, keys: Known[], now: number, random: Random): Promise<void> {
  const living = keys.filter((key) => key.endsAt > now + 40 && !key.isReplaced);
  const key = living[random.int(Math.max(1, living.length))];
  const what = random.int(10);
  if (key === undefined || what < 3) {
    keys.push(await issue(apiKeys, random.int(3) === 0 ? 'bearer' : 'hmac', now));
  } else if (what < 7) {
    const overlap = random.pick([0, 3, 12, 30]);
    const next = await apiKeys.rotate(key.keyid, { overlap, expiresIn: 90 });
    Object.assign(key, { endsAt: Math.min(key.endsAt, now + overlap), decidedAt: now, isReplaced: true });
    keys.push(known(next, key.signer !== undefined, now + 91));
  } else if (what < 9) {
    await apiKeys.revoke(key.keyid, { reason: 'test' });
    Object.assign(key, { endsAt: now, decidedAt: now });
  }
}
