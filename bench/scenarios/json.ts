/** Canonical JSON (RFC 8785) of a typical document, at three sizes. */
import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import { canonicalizeJson } from 'countersign';
import type { Alternative, Scenario } from '../harness.ts';

const OURS = 'canonicalizeJson';
const THEIRS = 'canonicalize';

/** A list of transfers of about that many bytes, its members in no particular order. */
function transfers(bytes: number): { readonly id: string; readonly transfers: unknown[] } {
  const list: unknown[] = [];
  for (let index = 0, length = 40; length < bytes; index++) {
    const transfer = {
      to: `account-${index % 97}`,
      from: 'jdoe',
      amount: index * 1.25,
      currency: 'goldcoins',
      note: index % 5 === 0 ? 'für "Ünïcode" \u{1f4b0}\n' : 'rent',
      flags: { urgent: index % 2 === 0, retry: null, attempts: [1, 2, index] },
    };
    length += JSON.stringify(transfer).length + 1;
    list.push(transfer);
  }
  return { transfers: list, id: 'batch' };
}

/** Members sorted, nothing lost, and another document gives another text. */
function alternative(name: string, run: (value: unknown) => string | undefined, value: { readonly id: string }): Alternative {
  const check = async () => {
    const text = run(value)!;
    if (!text.startsWith('{"id":"batch","transfers":[{"amount":0,"currency":"goldcoins","flags":{"attempts":[1,2,0]'))
      throw new Error(`${name}: not canonical`);
    if (!isDeepStrictEqual(JSON.parse(text), value) || text !== run(JSON.parse(text))) throw new Error(`${name}: another document`);
    if (run({ ...value, id: 'other' }) === text) throw new Error(`${name}: a change is not noticed`);
  };
  return { name, run: () => run(value), check };
}

function scenarioOf(title: string, bytes: number, pace: Pick<Scenario, 'rounds' | 'sliceMs'>): Scenario {
  const value = transfers(bytes);
  return {
    title: `canonical JSON, ${title}`,
    alternatives: [
      alternative(THEIRS, (document) => canonicalize(document), value),
      alternative(OURS, (document) => canonicalizeJson(document), value),
      alternative('JSON.stringify (not canonical)', JSON.stringify, value),
    ].map((one, index) => (index === 2 ? { ...one, check: async () => undefined } : one)),
    goals: [{ subject: OURS, than: THEIRS, limit: 1 }],
    ...pace,
  };
}

export function scenarios(): readonly Scenario[] {
  return [
    scenarioOf('1 KB', 1000, { sliceMs: 10 }),
    scenarioOf('100 KB', 100_000, { rounds: 21, sliceMs: 15 }),
    scenarioOf('10 MB', 10_000_000, { rounds: 5, sliceMs: 1 }),
  ];
}
