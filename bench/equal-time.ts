/**
 * `npm run bench:equal-time`: whoever guesses keyids must not learn by the clock which exist. A wrong signature under a key
 * of every kind, in a record with one key and with two, takes as long as an unknown keyid; and so does a key that the policy
 * forbids. Whoever guesses chooses the signature, so its length is that of each kind in turn.
 *
 *   npm run bench:equal-time -- ed25519      only cases whose name holds the word
 */
import { parseArgs } from 'node:util';
import {
  type Algorithm,
  createVerifier,
  generateKeyPair,
  hmacKey,
  isVerificationError,
  type KeyLookup,
  type RequestMessage,
  type VerificationKey,
} from 'countersign';
import { median } from './harness.ts';
import { requestOf } from './hostile/forged.ts';
import { type Case, holdAgainst } from './limit.ts';

const RUNS = 60;
const AUTHORITY = 'bank.example';

type Verify = () => Promise<string>;

function verifying(request: RequestMessage, found: KeyLookup, algorithms?: readonly Algorithm[]): Verify {
  const verifier = createVerifier({
    authority: AUTHORITY,
    resolveKey: () => found,
    replayStore: { consume: () => 'consumed' },
    now: () => 1_800_000_000,
    policy: { algorithms },
  });
  return async () => {
    try {
      await verifier.verifyRequest(request);
      return 'accepted';
    } catch (error) {
      if (isVerificationError(error)) return error.code;
      throw error;
    }
  };
}

/** A request with a signature of that length, by nobody. Its bytes pass as an Ed25519 signature: R is a point, S small. */
function forged(length: number): RequestMessage {
  const bytes = Buffer.alloc(length, 0x66);
  bytes[0] = 0x58;
  bytes[length - 1] = 0x06;
  const request = requestOf({ covered: [] });
  const fields = (request.fields as readonly (readonly [string, string])[]).map(
    ([name, value]) => [name, name === 'signature' ? `sig=:${bytes.toString('base64')}:` : value] as const,
  );
  return { ...request, fields };
}

async function time(verify: Verify): Promise<number> {
  const start = performance.now();
  await verify();
  return performance.now() - start;
}

/** How far the medians of two are apart, over interleaved runs: 1 for equal times, whichever is the slower. */
async function distance(one: Verify, other: Verify): Promise<number> {
  for (let run = 0; run < 5; run++) for (const verify of [one, other]) await verify();
  const times: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    // In turns of order too.
    for (const index of run % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) times[index].push(await time(index === 0 ? one : other));
  }
  const ratio = median(times[0]) / median(times[1]);
  return Math.max(ratio, 1 / ratio);
}

const LENGTHS: Readonly<Record<Algorithm, number>> = {
  'hmac-sha256': 32,
  ed25519: 64,
  'ecdsa-p256-sha256': 64,
  'ecdsa-p384-sha384': 96,
  'rsa-pss-sha512': 256,
  'rsa-v1_5-sha256': 256,
};
const ALGORITHMS = Object.keys(LENGTHS) as Algorithm[];

const keyOf = async (algorithm: Algorithm, index: number): Promise<VerificationKey> =>
  algorithm === 'hmac-sha256'
    ? hmacKey(`correct horse battery staple, 32+, ${index}`)
    : (await generateKeyPair({ algorithm, modulusLength: 2048 })).publicKey;

/** Every key by itself, and every pair of them. */
function records(first: readonly VerificationKey[], second: readonly VerificationKey[]): readonly (readonly [string, KeyLookup])[] {
  const pairs = first.flatMap((one, index) => second.slice(index).map((other) => [one, other] as const));
  return [
    ...first.map((key) => [key.algorithm, key] as const),
    ...pairs.map(([one, other]) => [`${one.algorithm} and ${other.algorithm}`, { key: [one, other] }] as const),
  ];
}

async function caseOf(name: string, known: Verify, unknown: Verify, code: string): Promise<Case> {
  const codes = [await known(), await unknown()];
  if (codes[0] !== code || codes[1] !== 'key_unknown') throw new Error(`${name}: ${codes.join(' and ')}`);
  return { name, measure: () => distance(known, unknown) };
}

async function allCases(): Promise<readonly Case[]> {
  const first = await Promise.all(ALGORITHMS.map((algorithm) => keyOf(algorithm, 1)));
  const second = await Promise.all(ALGORITHMS.map((algorithm) => keyOf(algorithm, 2)));
  const cases: Case[] = [];
  for (const length of new Set(Object.values(LENGTHS))) {
    const request = forged(length);
    const unknown = verifying(request, undefined);
    for (const [title, found] of records(first, second))
      cases.push(await caseOf(`${title}: ${length} bytes`, verifying(request, found), unknown, 'signature_mismatch'));
    for (const key of first) {
      const others = ALGORITHMS.filter((other) => other !== key.algorithm);
      const name = `${key.algorithm}, which the policy forbids: ${length} bytes`;
      cases.push(await caseOf(name, verifying(request, key, others), unknown, 'algorithm_forbidden'));
    }
  }
  return cases;
}

const { positionals } = parseArgs({ allowPositionals: true });
const cases = (await allCases()).filter(({ name }) => positionals.every((word) => name.includes(word)));
console.log(`Node ${process.versions.node}`);
const met = await holdAgainst({ title: 'an unknown keyid and a wrong signature', limit: 1.3, unit: 'times as long', again: 12 }, cases);
process.exitCode = met ? 0 : 1;
