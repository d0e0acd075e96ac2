/** The replay stores of Cloudflare, in workerd: D1 with its batches, and Durable Objects as RPC stubs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../scripts/run-command.ts';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import { DAY } from '../../src/testing/messages.ts';
import { messages } from './support/bank.ts';
import { bundleFor } from './support/bundle.ts';
import { startWorker } from './support/miniflare.ts';

const SECRET = 'correct horse battery staple, 32+';
const START = Math.floor(Date.now() / 1000) + 30 * DAY;
const SEED = process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 30));

/** Thousands of messages each, a millisecond or two each in D1; the same statements take them all in sql-contract.test.ts. */
const LONG = /accepts a URL in the last second|not confused by where|clock is set back|300 and 3600 s|concurrent/;

const folder = mkdtempSync(join(tmpdir(), 'countersign-worker-'));
const code = await bundleFor('neutral', join(import.meta.dirname, 'support/cloudflare-worker.ts'));
let worker = await startWorker(code, folder);

afterAll(async () => {
  await worker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Ends workerd with all that is in its memory, and starts another one over the same data. */
async function restart(): Promise<void> {
  await worker.stop();
  worker = await startWorker(code, folder);
}

for (const of of ['d1', 'object']) {
  const names = JSON.parse(await worker.fetch(`/names?of=${of}&start=${START}&seed=${SEED}`)) as readonly string[];
  const run = (name: string) => worker.fetch(`/run?${new URLSearchParams({ of, name, start: String(START), seed: SEED })}`);

  describe(`${of} in workerd: the contract of replay stores`, () => {
    const isLong = (name: string) => of === 'd1' && process.env['COUNTERSIGN_LONG'] === undefined && LONG.test(name);
    it.each(names.filter((name) => !isLong(name)))('%s', async (name) => {
      expect(await run(name)).toBe('held');
    });
  });
}

describe('the Durable Objects of a worker', () => {
  const consume = (body: object) => worker.fetch('/consume', { method: 'POST', body: JSON.stringify(body) });

  it('remember when workerd has ended, and are not cold then', async () => {
    const at = { created: START, now: START };
    expect(await consume({ nonce: 'a', ...at })).toBe('cold');
    expect(await consume({ nonce: 'a', created: START + 7, now: START + 7 })).toBe('consumed');
    await restart();
    expect(await consume({ nonce: 'a', created: START + 7, now: START + 8 })).toBe('replayed');
    expect(await consume({ nonce: 'b', created: START + 7, now: START + 8 })).toBe('consumed');
  });

  it('accept one of 100 copies of a request that a verifier asks them about', async () => {
    const answers = JSON.parse(await worker.fetch('/verify?copies=100')) as readonly string[];
    expect(answers.toSorted()).toEqual(['accepted', ...Array.from({ length: 99 }, () => 'nonce_replayed')]);
  });

  it('are spread over shards by the key, and refuse what would have to be in two', async () => {
    const answers = JSON.parse(await worker.fetch(`/shards?start=${START}`)) as object;
    expect(answers).toEqual({ keys: Array.from({ length: 20 }, () => ['consumed', 'replayed']), both: 'TypeError', objects: 4 });
  });

  it('have room again: what is past is removed, some at a time', async () => {
    expect(JSON.parse(await worker.fetch('/prune'))).toEqual({ kept: 50, past: 0, again: 'cold' });
  });
});

describe('the worker of the guide', () => {
  it('accepts a signed request once', async () => {
    const page = readFileSync(join(root, 'docs/guides/choose-a-replay-store.md'), 'utf8');
    const shown = /^```js worker\n([\s\S]*?)^```$/m.exec(page)![1]!;
    const file = join(folder, 'guide.js');
    writeFileSync(file, shown);
    const own = join(folder, 'guide');
    const { fetch, stop } = await startWorker(await bundleFor('neutral', file), own, { SECRET });
    const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/coins', fields: [] } as const;
    const send = async (seconds: number) => {
      const now = () => Math.floor(Date.now() / 1000) + seconds;
      const { fields } = await signRequest(message, { signer: hmacSigner({ keyid: 'jdoe', secret: SECRET }), now });
      return () => fetch('/coins', { headers: Object.fromEntries(fields) });
    };
    const early = await send(0);
    expect(await early()).toContain('replay_store_cold');
    // The clock of workerd is the machine's: the object is warm for what is signed seven seconds later, which a verifier takes five ahead.
    const codes: string[] = [];
    for (let turn = 0; turn < 200 && !codes.includes('{"from":"jdoe"}'); turn++) {
      const late = await send(3);
      codes.push(await late());
      if (codes.at(-1) === '{"from":"jdoe"}') codes.push(await late());
      await sleep(50);
    }
    expect(codes.at(-2)).toBe('{"from":"jdoe"}');
    expect(codes.at(-1)).toContain('nonce_replayed');
    await stop();
  });
});

describe('a message that is consumed in a batch of D1', () => {
  const credit = (text: string, fails?: string) => worker.fetch('/bank', { method: 'POST', body: JSON.stringify({ text, fails }) });
  const credited = async () => {
    const rows = JSON.parse(await worker.fetch('/bank')) as readonly { readonly message: string; readonly times: number }[];
    return Object.fromEntries(rows.map(({ message, times }) => [message, times]));
  };
  beforeEach(async () => {
    expect(await worker.fetch('/bank', { method: 'PUT' })).toBe('open');
  });

  it('counts with its effect, once', async () => {
    const [text] = await messages(1);
    expect([await credit(text!), await credit(text!)]).toEqual(['credited', 'nonce_replayed']);
    expect(await credited()).toEqual({ m0: 1 });
  });

  it('counts nothing when the handler throws, or a statement fails, and can be tried again', async () => {
    const [text] = await messages(1);
    expect(await credit(text!, 'handler')).toBe('the handler failed');
    expect(await credit(text!, 'statement')).toMatch(/^store_unavailable .*no such table: nowhere/);
    expect(await credited()).toEqual({});
    expect([await credit(text!), await credit(text!, 'statement')]).toEqual(['credited', 'nonce_replayed']);
    expect(await credited()).toEqual({ m0: 1 });
  });

  it('has its effect once when 100 copies arrive at once, most of which fail', async () => {
    const texts = await messages(3);
    const fails = [undefined, 'handler', 'statement'];
    const answers = await Promise.all(texts.flatMap((text) => Array.from({ length: 100 }, (_, index) => credit(text, fails[index % 3]))));
    expect(answers.filter((answer) => answer === 'credited')).toHaveLength(3);
    expect(await credited()).toEqual({ m0: 1, m1: 1, m2: 1 });
  });

  it('has its effect once when workerd ends with many of them on the way', async () => {
    const texts = await messages(40);
    const first = texts.map((text) => credit(text).catch(() => 'gone'));
    await Promise.race(first);
    await restart();
    const before = await Promise.all(first);
    const after = await Promise.all(texts.map((text) => credit(text)));
    expect(await credited()).toEqual(Object.fromEntries(texts.map((_, index) => [`m${index}`, 1])));
    expect(after.filter((answer, index) => before[index] === 'credited' && answer === 'credited')).toEqual([]);
  });
});
