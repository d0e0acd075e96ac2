/**
 * The part of the contract about text: names of records are told apart exactly.
 *
 * @module
 */

import { requireOf, type Suite } from './suite.ts';

const PARTS = ['', '1', '1:', '1:1', '11', ':', '0:', 'a', 'a1:', '-', 'a-', '-0:', 'é'];

const SHORT = [
  'abc',
  'ABC',
  'abc ',
  ' abc',
  'abc=',
  'é',
  'e\u0301',
  '\u0000',
  '\u0000\u0000',
  '\\0',
  '\\',
  '\\\\',
  '%00',
  "'",
  '"',
  '$1',
  '?',
];

const LONG = 'x'.repeat(128);

/** Nonces that some store or other takes for the same, or for something else. */
const TEXTS = /* @__PURE__ */ (() => [
  ...SHORT,
  '\n',
  '*',
  '__proto__',
  'constructor',
  '😀',
  'İ',
  'i',
  LONG,
  LONG.slice(1),
  'é'.repeat(64),
  '😀'.repeat(32),
])();

export function checkText({ check, open }: Suite): void {
  check('is not confused by where keyid, tag and nonce end', async () => {
    const consume = await open();
    for (const keyid of PARTS) {
      for (const tag of [undefined, ...PARTS]) {
        for (const nonce of PARTS.slice(1))
          await requireOf(consume, { keyid, tag, nonce }, 'consumed', JSON.stringify([keyid, tag, nonce]));
      }
    }
  });

  check('treats nonces as exact text', async () => {
    const consume = await open();
    for (const nonce of TEXTS) {
      await requireOf(consume, { nonce }, 'consumed', JSON.stringify(nonce));
      await requireOf(consume, { nonce }, 'replayed', JSON.stringify(nonce));
    }
  });

  check('treats keyids as exact text, also long ones', async () => {
    const consume = await open();
    const long = randomText(1000);
    for (const keyid of [...TEXTS, long, `${long}a`, `${long}b`, randomText(1024)]) {
      for (const tag of [undefined, keyid]) {
        await requireOf(consume, { keyid, tag, nonce: 'n' }, 'consumed', JSON.stringify(keyid));
        await requireOf(consume, { keyid, tag, nonce: 'n' }, 'replayed', JSON.stringify(keyid));
      }
    }
  });
}

/** Text that does not shrink when it is compressed, as some indexes do. */
function randomText(length: number): string {
  let state = length;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += (state >>> 8).toString(36);
  }
  return text.slice(0, length);
}
