/**
 * The signing side of the cross matrix: random requests, signed and really sent.
 *
 * @module
 */

import { explain } from './collect.ts';
import type { CrossConfig, CrossResult } from './config.ts';
import { createRandom } from './engine.ts';
import { type KeyKind, suiteSigner } from './keys.ts';
import { type RandomRequest, randomRequest } from './random-request.ts';
import { VERDICT } from './seen.ts';
import { signAndSend } from './send.ts';

const KINDS: readonly KeyKind[] = ['hmac', 'ed25519'];

/** Signs and sends everything; failures are collected, not thrown. */
export async function runCross(runtime: string, { seed, count, relays, servers, direct }: CrossConfig): Promise<CrossResult> {
  const problems: string[] = [];
  let sent = 0;
  const relayed = createRandom(seed);
  for (let index = 0; index < count; index++) {
    const problem = await exchange(runtime, index, randomRequest(relayed, index, relays));
    if (problem === undefined) sent++;
    else problems.push(`relay: ${problem}`);
  }
  const accepted: Record<string, number> = {};
  for (const [name, origin] of Object.entries(servers)) {
    accepted[name] = 0;
    const straight = createRandom(seed + 1);
    for (let index = 0; index < direct; index++) {
      const problem = await exchange(runtime, index, randomRequest(straight, index, [origin]));
      if (problem === undefined) accepted[name] = (accepted[name] ?? 0) + 1;
      else problems.push(`${name}: ${problem}`);
    }
  }
  return { sent, accepted, problems: problems.slice(0, 20) };
}

/** Signs and sends one request; what is wrong with the answer, or nothing. */
async function exchange(runtime: string, index: number, request: RandomRequest): Promise<string | undefined> {
  const { url, method, kind } = request;
  try {
    const answer = await signAndSend(request, await suiteSigner(KINDS[index % KINDS.length]!, runtime));
    return answer.status === 200 ? undefined : `${method} with ${kind}: ${answer.status} ${answer.header(VERDICT)}`;
  } catch (error) {
    return `${method} with ${kind} ${JSON.stringify(url).slice(0, 300)}: ${explain(error)}`;
  }
}
