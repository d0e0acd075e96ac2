/** Verifiers in processes of their own, and requests for them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../../src/http/sign-request.ts';
import type { RequestMessage } from '../../../src/rfc9421/message.ts';

const signer = hmacSigner({ keyid: 'jdoe', secret: 'correct horse battery staple, 32+' });

/** A signed request as it can be sent to another process. */
export async function signedRequest(): Promise<RequestMessage> {
  const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/coins' } as const;
  const { fields } = await signRequest({ ...message, fields: [['Host', 'bank.example']] }, { signer });
  return { ...message, fields: [['Host', 'bank.example'], ...fields] };
}

/** What a process answers. */
interface Answer {
  readonly code: string;
  /** Seconds, of a refusal that says so. */
  readonly retryAfter?: number | undefined;
}

interface Told extends Answer {
  readonly id: number;
}

/** A process that answers requests. */
export interface VerifierProcess {
  /** The code of the answer, or `gone` if the process ended first. */
  verify(request: RequestMessage): Promise<string>;
  /** The same, with what a refusal says besides. */
  ask(request: RequestMessage): Promise<Answer>;
  kill(): Promise<void>;
}

export async function startVerifier(...args: readonly string[]): Promise<VerifierProcess> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'verifier-process.ts'), [...args], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let next = 0;
  let isGone = false;
  child.on('message', (message) => {
    const { id, ...answer } = message as Told;
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  child.once('exit', () => {
    isGone = true;
    for (const resolve of waiting.values()) resolve({ code: 'gone' });
    waiting.clear();
  });
  await once(child, 'message');
  const ask = (request: RequestMessage) =>
    new Promise<Answer>((resolve) => {
      if (isGone) return resolve({ code: 'gone' });
      const id = next++;
      waiting.set(id, resolve);
      child.send({ id, request }, (error) => {
        if (error) resolve({ code: 'gone' });
      });
    });
  return {
    ask,
    verify: async (request) => (await ask(request)).code,
    kill: async () => {
      if (isGone) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
