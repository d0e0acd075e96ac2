/**
 * A worker with D1 and Durable Objects: it runs the checks of replay stores inside of workerd, over the bindings that Cloudflare gives.
 *
 * `/names?of=object` lists checks, `/run?of=d1&name=…&seed=…` runs one.
 */
import { DurableObject } from 'cloudflare:workers';
import { createVerifier, hmacKey, hmacSigner, isVerificationError, signRequest } from 'countersign';
import {
  type D1Like,
  type Database,
  durableObjectReplayStore,
  fromD1,
  fromObjectStorage,
  migrate,
  objectReplayStore,
  type SqlReplayStore,
  sqlReplayStore,
} from 'countersign/sql';
import type { ConsumeRequest, ReplayStore, ReplayStoreCheckOptions, ReplayStoreContract } from 'countersign/testing';
import { replayStoreChecks } from 'countersign/testing';
import { bank } from './cloudflare-bank.ts';

/** A stub with what only tests call. */
interface TestStub {
  consumeAll(requests: readonly ConsumeRequest[]): Promise<'consumed' | 'replayed' | 'cold' | 'full'>;
  configure(options: ReplayStoreCheckOptions): Promise<void>;
  count(created?: number): Promise<number>;
  end(): Promise<void>;
}

interface TestNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): TestStub;
}

interface Env {
  readonly DB: D1Like;
  readonly NONCES: TestNamespace;
}

/** Options of a contract as the stores have them. */
const optionsOf = ({ warm, earlierFutureSkew }: ReplayStoreCheckOptions) => ({
  earlierFutureSkew,
  insecurelyAssumeNoEarlierMessages: warm,
});

/** The Durable Object of the guide; here its store can be made with other options, and it can be ended. */
export class Nonces extends DurableObject {
  #nonces: SqlReplayStore = objectReplayStore(this.ctx);

  consumeAll(requests: readonly ConsumeRequest[]) {
    return this.#nonces.consumeAll(requests);
  }

  configure(options: ReplayStoreCheckOptions): void {
    this.#nonces = objectReplayStore(this.ctx, optionsOf(options));
  }

  /** How many nonces there are, of all messages or those of a time. */
  async count(created?: number): Promise<number> {
    const sql = 'SELECT count(*) AS count FROM countersign_nonce WHERE $1 IS NULL OR created = $1';
    const [row] = await fromObjectStorage(this.ctx.storage).run(sql, [created ?? null]);
    return row!['count'] as number;
  }

  end(): void {
    this.ctx.abort('ended by the test');
  }
}

interface Named extends ReplayStore {
  readonly name: string;
}

let made = 0;

async function objectStore({ NONCES }: Env, options: ReplayStoreCheckOptions, name: string): Promise<Named> {
  await NONCES.get(NONCES.idFromName(`${name}-1-0`)).configure(options);
  return { ...durableObjectReplayStore(NONCES, { name }), name };
}

async function d1Store({ DB }: Env, options: ReplayStoreCheckOptions, prefix: string): Promise<Named> {
  const database = fromD1(DB);
  return { ...sqlReplayStore(database, { prefix, ...optionsOf(options) }), name: prefix };
}

async function emptied(database: Database, prefix: string): Promise<void> {
  await migrate(database, { prefix });
  for (const table of ['nonce', 'forgotten', 'epoch']) await database.run(`DELETE FROM ${prefix}${table}`);
}

const contracts: Readonly<Record<string, (env: Env) => Pick<ReplayStoreContract, 'create' | 'restart'>>> = {
  object: (env) => ({
    create: (options) => objectStore(env, options, `n${made++}-${crypto.randomUUID()}`),
    restart: async (store, options) => {
      const { name } = store as Named;
      // It ends in the middle of the call.
      await env.NONCES.get(env.NONCES.idFromName(`${name}-1-0`))
        .end()
        .catch(() => undefined);
      return objectStore(env, options, name);
    },
  }),
  d1: (env) => ({
    create: async (options) => {
      await emptied(fromD1(env.DB), 'contract_');
      return d1Store(env, options, 'contract_');
    },
    restart: (store, options) => d1Store(env, options, (store as Named).name),
  }),
};

const SECRET = 'correct horse battery staple, 32+';

/** A verifier over Durable Objects, and copies of one request. */
async function verify({ NONCES }: Env, copies: number): Promise<readonly string[]> {
  await objectStore({ NONCES } as Env, { warm: true }, 'verify');
  const replayStore = durableObjectReplayStore(NONCES, { name: 'verify' });
  const verifier = createVerifier({ authority: 'bank.example', resolveKey: () => hmacKey(SECRET), replayStore });
  const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/coins', fields: [] } as const;
  const { fields } = await signRequest(message, { signer: hmacSigner({ keyid: 'jdoe', secret: SECRET }) });
  const one = async () => {
    try {
      await verifier.verifyRequest({ ...message, fields });
      return 'accepted';
    } catch (error) {
      return isVerificationError(error) ? error.code : String(error);
    }
  };
  return Promise.all(Array.from({ length: copies }, one));
}

async function shards({ NONCES }: Env, now: number): Promise<object> {
  const names = new Set<string>();
  const counted = {
    idFromName: (name: string) => {
      names.add(name);
      return NONCES.idFromName(name);
    },
    get: (id: unknown) => NONCES.get(id),
  };
  const store = durableObjectReplayStore(counted, { name: 'spread', shards: 4 });
  const request = (keyid: number, at: number, nonce: string) => ({
    ...{ tenant: '', scope: `k${keyid}`, nonce, created: at, keepUntil: at + 306, now: at, futureSkew: 5 },
  });
  const keyids = Array.from({ length: 20 }, (_, index) => index);
  // Each of them starts cold.
  for (const keyid of keyids) await store.consume(request(keyid, now, 'cold'));
  const keys: unknown[] = [];
  for (const keyid of keyids)
    keys.push([await store.consume(request(keyid, now + 10, 'n')), await store.consume(request(keyid, now + 10, 'n'))]);
  const both = await Promise.resolve(store.consumeAll(keyids.map((keyid) => request(keyid, now + 10, 'm')))).catch(
    (error: Error) => error.name,
  );
  return { keys, both, objects: names.size };
}

/** Messages of a time that is long past by the clock of the object. */
async function pruned({ NONCES }: Env): Promise<object> {
  const stub = NONCES.get(NONCES.idFromName('prune-1-0'));
  await stub.configure({ warm: true });
  const now = 1_700_000_000;
  const request = (nonce: string, created: number) => ({
    ...{ tenant: '', scope: '4:jdoe-', nonce, created, keepUntil: created + 306, now: created, futureSkew: 5 },
  });
  const today = Math.floor(Date.now() / 1000);
  const fill = async (count: number, name: string, created: number) => {
    for (let index = 0; index < count; index++) await stub.consumeAll([request(`${name}${index}`, created)]);
  };
  await fill(50, 'kept', today);
  await fill(350, 'past', now);
  await fill(100, 'more', today - 1);
  const rows = await stub.count();
  return { kept: rows - 100, past: await stub.count(now), again: await stub.consumeAll([request('past7', now)]) };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const parameter = (name: string) => searchParams.get(name) ?? '';
    if (pathname === '/bank') return bank(env, request);
    if (pathname === '/verify') return Response.json(await verify(env, Number(parameter('copies'))));
    if (pathname === '/shards') return Response.json(await shards(env, Number(parameter('start'))));
    if (pathname === '/prune') return Response.json(await pruned(env));
    if (pathname === '/consume') {
      const message = (await request.json()) as Pick<ConsumeRequest, 'nonce' | 'created' | 'now'>;
      const keepUntil = message.created + 306;
      const store = durableObjectReplayStore(env.NONCES);
      return new Response(await store.consume({ tenant: '', scope: '4:jdoe-', futureSkew: 5, keepUntil, ...message }));
    }
    const checks = replayStoreChecks({
      ...contracts[parameter('of')]!(env),
      start: Number(parameter('start')),
      runs: 3,
      seed: Number(parameter('seed')),
    });
    if (pathname === '/names') return Response.json(checks.map(({ name }) => name));
    try {
      await checks.find(({ name }) => name === parameter('name'))!.run();
      return new Response('held');
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error));
    }
  },
};
