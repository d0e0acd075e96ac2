/** Refusing is cheap: hostile fields cost time that grows with their size, not faster. */
import { describe, expect, it } from 'vitest';
import { messageFromRequest, type RequestMessage } from '../../src/rfc9421/message.ts';

import { signed, verifier } from '../support/bank.ts';

const KIB = 1024;
const repeat = (part: (index: number) => string, bytes: number): string => {
  let text = '';
  for (let index = 0; text.length < bytes; index++) text += part(index);
  return text.slice(0, bytes);
};

/** Each makes a Signature-Input of about so many bytes. */
const HOSTILE: Readonly<Record<string, (bytes: number) => string>> = {
  'many labels': (bytes) => repeat((index) => `a${index}=(), `, bytes),
  'many components': (bytes) => `sig=(${repeat((index) => `"x${index}" `, bytes)})`,
  'many parameters of a component': (bytes) => `sig=("x"${repeat((index) => `;a${index}`, bytes)})`,
  'many signature parameters': (bytes) => `sig=("@method");created=1${repeat((index) => `;a${index}=1`, bytes)}`,
  'one parameter many times': (bytes) => `sig=("@method")${repeat(() => ';a', bytes)}`,
  'one long string': (bytes) => `sig=("${'x'.repeat(bytes)}")`,
  'an unclosed string of escapes': (bytes) => `sig=("${'\\\\'.repeat(bytes / 2)}`,
  blanks: (bytes) => `sig=(${' '.repeat(bytes)})`,
  'blanks around commas': (bytes) => repeat(() => 'a \t , ', bytes),
  'open parentheses': (bytes) => `sig=${'('.repeat(bytes)}`,
  digits: (bytes) => `sig=();created=${'1'.repeat(bytes)}`,
  'one byte sequence': (bytes) => `sig=();a=:${'A'.repeat(bytes)}:`,
  'an unclosed byte sequence': (bytes) => `sig=();a=:${':'.repeat(bytes)}`,
  'one token': (bytes) => `sig=();a=${'a'.repeat(bytes)}`,
  'one key': (bytes) => `${'a'.repeat(bytes)}=()`,
  'display string escapes': (bytes) => `sig=();a=%"${'%c3%a9'.repeat(bytes / 6)}"`,
};

const limits = { labels: 1e6, components: 1e6, fieldBytes: 1e9, totalFieldBytes: 1e9 };

async function cost(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 15; round++) {
    const start = performance.now();
    for (let count = 0; count < 4; count++) await run().catch(() => undefined);
    best = Math.min(best, (performance.now() - start) / 4);
  }
  return best;
}

function requestWith(input: string, signature = 'sig=:AA==:'): RequestMessage {
  return {
    method: 'GET',
    scheme: 'https',
    authority: 'bank.example',
    target: '/',
    fields: [
      ['signature-input', input],
      ['signature', signature],
    ],
  };
}

describe('16 KiB of hostile fields, all limits lifted', () => {
  const open = verifier({ limits });
  it.each(Object.entries(HOSTILE))('%s: a doubling costs at most 2.2 times', async (_, make) => {
    // The smallest of many runs is what the work costs; a machine that is busy only ever adds to it.
    const ratio = async () => {
      const small = requestWith(make(16 * KIB));
      const large = requestWith(make(32 * KIB));
      await cost(() => open.verifyRequest(large));
      const half = await cost(() => open.verifyRequest(small));
      return (await cost(() => open.verifyRequest(large))) / Math.max(half, 0.02);
    };
    let best = await ratio();
    for (let again = 0; again < 3 && best > 2.2; again++) best = Math.min(best, await ratio());
    expect(best).toBeLessThanOrEqual(2.2);
  });
});

describe('the same with the default limits', () => {
  const closed = verifier();
  it.each(Object.entries(HOSTILE))('%s: refused within 2 ms', async (_, make) => {
    const request = requestWith(make(16 * KIB));
    expect(await cost(() => closed.verifyRequest(request))).toBeLessThanOrEqual(2);
    await expect(closed.verifyRequest(request)).rejects.toMatchObject({ code: 'signature_malformed' });
  });
  it('thousands of field lines', async () => {
    const { fields } = await signed();
    const many = Array.from({ length: 2000 }, (_, index) => [`x-${index}`, 'abc'] as const);
    const request = { ...requestWith(''), fields: [...(fields as []), ...many] };
    expect(await cost(() => closed.verifyRequest(request))).toBeLessThanOrEqual(2);
  });
  it('a long URL is split once', async () => {
    const request = { url: `https://bank.example/${'a/'.repeat(8 * KIB)}`, method: 'GET', headers: new Headers() } as unknown as Request;
    expect(await cost(async () => messageFromRequest(request))).toBeLessThanOrEqual(2);
  });
});
