/**
 * The story of a bank that is killed: what it credited stays credited, once, and what failed can be tried again.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSecret, hmacSigner, parseRefusal, signRequest } from 'countersign';
import type { Tell } from './step.ts';

const ORDER = JSON.stringify({ currency: 'goldcoins', amount: 10 });

interface Running {
  readonly child: ChildProcess;
  readonly origin: string;
}

/** Plays it, with a bank in a process of its own. */
export async function outlast(note: Tell): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const secret = Buffer.from(generateSecret()).toString('base64url');
  const start = (port: string) => startBank(join(folder, 'bank.db'), port, secret);
  let bank = await start('0');
  try {
    const send = await signedOrder(bank.origin, secret);
    await tell(bank, 'fail');
    const failed = await send();
    note({
      title: 'a bank that keeps nonces and coins in one file fails',
      detail: `${failed.status}, nothing credited`,
      ok: failed.status === 500,
    });
    await tell(bank, 'work');
    const second = await send();
    const { balance } = (await second.json()) as { readonly balance?: number };
    note({
      title: 'the same message again: the first attempt left no trace',
      detail: `${second.status}, balance ${balance}`,
      ok: balance === 10,
    });
    await kill(bank);
    bank = await start(new URL(bank.origin).port);
    const refusal = await parseRefusal(await send());
    note({
      title: 'the bank is killed and started; the same message again',
      detail: `${refusal?.status} ${refusal?.code}`,
      ok: refusal?.code === 'nonce_replayed',
    });
  } finally {
    await kill(bank);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startBank(file: string, port: string, secret: string): Promise<Running> {
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const child = fork(join(import.meta.dirname, 'lasting-bank.ts'), [file, port, secret], { execArgv });
  const [origin] = (await once(child, 'message')) as [string];
  return { child, origin };
}

async function tell({ child }: Running, what: string): Promise<void> {
  child.send(what);
  await once(child, 'message');
}

async function kill({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Signs one order, and answers how to send it: as often as one likes. */
async function signedOrder(origin: string, secret: string): Promise<() => Promise<Response>> {
  const { host } = new URL(origin);
  const fields = [['content-type', 'application/json']] as const;
  const order = {
    method: 'POST',
    scheme: 'http',
    authority: host,
    target: '/coins',
    fields,
    body: new TextEncoder().encode(ORDER),
  } as const;
  const signed = await signRequest(order, { signer: hmacSigner({ keyid: 'jdoe', secret }) });
  const headers = Object.fromEntries([...fields, ...signed.fields]);
  return () => fetch(`${origin}/coins`, { method: 'POST', headers, body: ORDER });
}
