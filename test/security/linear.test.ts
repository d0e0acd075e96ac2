/**
 * Refusing is cheap, as far as that can be counted: hostile fields are refused by a limit, and what is many is read once.
 *
 * What it costs in time is shown by `npm run bench`.
 */
import { describe, expect, it } from 'vitest';
import { messageFromRequest, type RequestMessage } from '../../src/rfc9421/message.ts';

import { codeOf, signed, verifier } from '../support/bank.ts';
import { hostileInputs } from '../support/hostile-inputs.ts';

const KIB = 1024;
const HOSTILE = Object.entries(hostileInputs);

function requestWith(input: string): RequestMessage {
  return {
    method: 'GET',
    scheme: 'https',
    authority: 'bank.example',
    target: '/',
    fields: [
      ['signature-input', input],
      ['signature', 'sig=:AA==:'],
    ],
  };
}

describe('hostile Signature-Inputs of 16 KiB', () => {
  const limits = { labels: 1e6, components: 1e6, fieldBytes: 1e9, totalFieldBytes: 1e9 };
  const open = verifier({ limits });
  const closed = verifier();

  it.each(HOSTILE)('%s: refused by a limit', async (_, make) => {
    expect(await codeOf(() => closed.verifyRequest(requestWith(make(16 * KIB))))).toBe('signature_malformed');
  });

  it.each(HOSTILE)('%s: refused without any limit, too', async (_, make) => {
    expect(await codeOf(() => open.verifyRequest(requestWith(make(16 * KIB))))).toMatch(
      /^(signature_malformed|signature_missing|component_uncovered)$/,
    );
  });
});

/** A list that counts how often its entries are asked for. */
function counted<T extends object>(list: T): { readonly list: T; readonly reads: () => number } {
  let reads = 0;
  const get = (target: T, name: string | symbol): unknown => {
    if (typeof name === 'string' && /^\d+$/.test(name)) reads++;
    return Reflect.get(target, name);
  };
  return { list: new Proxy(list, { get }), reads: () => reads };
}

/** How often lines are read when so many come with one signature that covers many of them. */
async function linesRead(lines: number): Promise<number> {
  const more = Array.from({ length: lines }, (_, index) => [`x-${index}`, 'abc'] as const);
  const components = more.slice(0, 20).map(([name]) => name);
  const request = await signed({ fields: [['Host', 'bank.example'], ...more], body: undefined }, { components });
  const { list, reads } = counted(request.fields as object);
  const bank = verifier({ policy: { components } });
  expect(await codeOf(() => bank.verifyRequest({ ...request, fields: list as RequestMessage['fields'] }))).toBe('accepted');
  return reads();
}

describe('many field lines', () => {
  it('are read no more often each when there are more of them', async () => {
    const [few, many] = [await linesRead(200), await linesRead(2000)];
    expect(few).toBeGreaterThanOrEqual(200);
    expect(many).toBeLessThanOrEqual(10 * few);
  });
});

describe('a long URL', () => {
  it('is asked for once', () => {
    let reads = 0;
    const request = {
      method: 'GET',
      headers: new Headers(),
      get url() {
        reads++;
        return `https://bank.example/${'a/'.repeat(8 * KIB)}`;
      },
    };
    expect(messageFromRequest(request as unknown as Request).target).toHaveLength(16 * KIB + 1);
    expect(reads).toBe(1);
  });
});
