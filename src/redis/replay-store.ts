/**
 * The replay store in Redis, or in what speaks like it.
 *
 * @module
 */

import { digest } from '../crypto/digest.ts';
import { assertFlag, assertFunction, assertInteger } from '../internal/assert.ts';
import { toBase64url } from '../internal/base64.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { checkRequest, checkRequests, LONGEST_SKEW } from '../replay/check-request.ts';
import { LIFETIMES, lifetimeOf } from '../replay/lifetime.ts';
import type { ConsumeRequest, Consumption, ReplayStore } from '../replay/store.ts';
import { assertPrefix, readEviction, requireNoEviction } from './eviction.ts';
import { CONSUME } from './script.ts';
import { messageOf, Script, type Send } from './send.ts';

/** Options of `redisReplayStore`. Every store over the same keys needs the same ones. */
export interface RedisReplayStoreOptions {
  /**
   * Sends one command: `(args) => redis.call(...args)` of ioredis and iovalkey, `redis.sendCommand([...args])` of node-redis,
   * `client.customCommand([...args])` of valkey-glide, `redis.exec([...args])` of `@upstash/redis`. Let the client fail fast: a command that waits for a connection is a request that waits.
   */
  readonly send: Send;
  /** What keys begin with; 1 to 40 letters, digits and `:_-`. Default: `cs`. */
  readonly prefix?: string | undefined;
  /**
   * Over how many slots of a Redis Cluster keys are spread; 1 by default, 64 at the most. All nonces of a key are in one. With more than 1, a
   * message that must have several nonces is refused by a cluster, and each slot starts cold by itself.
   */
  readonly shards?: number | undefined;
  /** The greatest `futureSkew`, in seconds, that any verifier had before the first use; at most 3,600. Default: that of the verifiers now. */
  readonly earlierFutureSkew?: number | undefined;
  /** What the server does when its memory is full, for servers that do not tell: `noeviction`. Default: it is asked once, and one that evicts is refused. */
  readonly eviction?: 'noeviction' | undefined;
  /** Takes a server that evicts keys: each of them is a message that is accepted again. Default: false. */
  readonly insecurelyAllowEviction?: boolean | undefined;
  /** For servers that do not tell their run id (`INFO server`): a restart or failover that loses nonces is not noticed. Default: false. */
  readonly insecurelyAssumeNoRestart?: boolean | undefined;
  /** Skips the cold start of a server that has no epoch yet: for new keys only, in a demo or a test. Default: false. */
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
}

const OPTIONS: OptionNames<RedisReplayStoreOptions> = {
  send: true,
  prefix: true,
  shards: true,
  earlierFutureSkew: true,
  eviction: true,
  insecurelyAllowEviction: true,
  insecurelyAssumeNoRestart: true,
  insecurelyAssumeNoEarlierMessages: true,
};

const ANSWERS: readonly unknown[] = ['consumed', 'replayed', 'cold'];

/**
 * Creates a replay store in Redis, Valkey, or a service that speaks like them, for any number of processes. One round trip a message.
 *
 * It starts cold, and again after each restart and failover of the server, since those can lose nonces: what was created up to
 * `futureSkew + 1` seconds after the first use is refused as `cold`. A server without memory left is `full`. Clocks of verifiers and of the
 * server must agree to a minute: beyond, everything is `cold`.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function redisReplayStore(options: RedisReplayStoreOptions): Required<ReplayStore> {
  const read = readOptions(options, OPTIONS);
  const { send, prefix = 'cs', shards = 1, earlierFutureSkew = 0, eviction } = read;
  const { insecurelyAllowEviction = false, insecurelyAssumeNoRestart = false, insecurelyAssumeNoEarlierMessages = false } = read;
  assertFunction(send, 'send');
  assertPrefix(prefix);
  assertInteger(shards, 'shards', 1, 64);
  assertInteger(earlierFutureSkew, 'earlierFutureSkew', 0, LONGEST_SKEW);
  const isDeclared = readEviction(eviction);
  assertFlag(insecurelyAllowEviction, 'insecurelyAllowEviction');
  assertFlag(insecurelyAssumeNoRestart, 'insecurelyAssumeNoRestart');
  assertFlag(insecurelyAssumeNoEarlierMessages, 'insecurelyAssumeNoEarlierMessages');
  const script = new Script(CONSUME);
  const told = insecurelyAssumeNoRestart ? '0' : '1';
  // A slot that has answered once, and has no epoch later, has forgotten something.
  const begun = new Set<string>();
  let trusted = insecurelyAllowEviction || isDeclared;
  const record = async (requests: readonly ConsumeRequest[]): Promise<Consumption> => {
    const rows = requests.map((request) => valuesOf(request));
    // Whether another one is known does not matter: nothing is recorded.
    if (requests.some(({ keepUntil, now }) => keepUntil < now)) return 'cold';
    if (!trusted) await requireNoEviction(send, 'accept messages again');
    trusted = true;
    const names: string[] = [];
    for (const request of requests) names.push(...(await keysOf(request, prefix, shards)));
    const [first] = requests;
    const skew = Math.max(earlierFutureSkew, ...requests.map(({ futureSkew }) => futureSkew));
    const slot = slotOf(names[0]!);
    const warm = insecurelyAssumeNoEarlierMessages && !begun.has(slot);
    const values = [String(first!.now), String(skew), warm ? '1' : '0', told, ...rows.flat(), ...LIFETIMES.map(String)];
    const answer = await ask(script, send, [`${slot}e`, ...names], values);
    begun.add(slot);
    return answer;
  };
  return Object.freeze<Required<ReplayStore>>({
    consume: async (request) => {
      checkRequest(request);
      return record([request]);
    },
    consumeAll: async (requests) => {
      checkRequests(requests);
      return requests.length === 0 ? 'consumed' : record(requests);
    },
  });
}

function valuesOf(request: ConsumeRequest): readonly string[] {
  const { index, own } = lifetimeOf(request);
  const { created, futureSkew } = request;
  // All of a class are kept until its longest life is over.
  return [String(created), String(created + LIFETIMES[index]! + futureSkew + 1), String(index), own ? '1' : '0'];
}

const SLOT = /^[^{]*\{\d+\}/;

/** What the keys of a slot begin with. */
function slotOf(key: string): string {
  return SLOT.exec(key)![0];
}

/** The key of a nonce and that of its scope: 128 bits of a hash, so that all are short and no name can be confused. */
async function keysOf({ scope, nonce }: ConsumeRequest, prefix: string, shards: number): Promise<readonly [string, string]> {
  const scopeHash = await digest('sha-256', encodeUtf8(scope));
  // The length keeps the two apart.
  const nonceHash = await digest('sha-256', encodeUtf8(`${scope.length}:${scope}${nonce}`));
  const slot = `${prefix}{${scopeHash[31]! % shards}}`;
  return [`${slot}${name(nonceHash)}`, `${slot}s${name(scopeHash)}`];
}

function name(hash: Uint8Array): string {
  return toBase64url(hash.subarray(0, 16));
}

async function ask(script: Script, send: Send, keys: readonly string[], values: readonly string[]): Promise<Consumption> {
  let answer: unknown;
  try {
    answer = await script.run(send, keys, values);
  } catch (error) {
    // Without the code in the words of valkey-glide.
    if (messageOf(error).includes('command not allowed when used memory')) return 'full';
    throw error;
  }
  const text = answer instanceof Uint8Array ? String.fromCharCode(...answer) : answer;
  if (!ANSWERS.includes(text)) throw new TypeError('Redis gave no known answer');
  return text as Consumption;
}
