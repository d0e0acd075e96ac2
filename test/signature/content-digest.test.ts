import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { createContentDigest, readWantedDigest, verifyContentDigest } from '../../src/signature/content-digest.ts';

import { codeOf } from '../support/bank.ts';

// RFC 9530, appendix D: the content {"hello": "world"} and a line feed.
const HELLO = encodeUtf8('{"hello": "world"}\n');
const SHA256 = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:';
const SHA512 = 'sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:';
const WRONG = 'sha-512=:AMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:';
const verdict = (value: string, bytes = HELLO) => codeOf(() => verifyContentDigest(value, bytes));

describe('Content-Digest (RFC 9530 2)', () => {
  it('is made as in appendix D', async () => {
    expect(await createContentDigest(HELLO)).toBe(SHA256);
    expect(await createContentDigest(HELLO, 'sha-512')).toBe(SHA512);
    await expect(createContentDigest(HELLO, 'md5' as never)).rejects.toThrow(TypeError);
  });
  it('is checked: every strong digest there is must fit', async () => {
    expect(await verdict(SHA256)).toBe('accepted');
    expect(await verdict(SHA512)).toBe('accepted');
    expect(await verdict(`${SHA256}, ${SHA512}`)).toBe('accepted');
    expect(await verdict(`${SHA256}, ${WRONG}`)).toBe('digest_mismatch');
    expect(await verdict(`${WRONG}, ${SHA256}`)).toBe('digest_mismatch');
    expect(await verdict(SHA256, encodeUtf8('x'))).toBe('digest_mismatch');
  });
  it('of weak or unknown algorithms alone is none', async () => {
    expect(await verdict('md5=:AAAA:')).toBe('digest_missing');
    expect(await verdict('sha3-256=:AAAA:')).toBe('digest_missing');
    expect(await verdict('')).toBe('digest_missing');
    expect(await verdict(`md5=:AAAA:, ${SHA256}`)).toBe('accepted');
  });
  it.each(['sha-256=abc', 'sha-256', 'sha-256=(:AA==:)', 'SHA-256=:AA==:', '(((', `${SHA256}, ${SHA256}`, `${WRONG}, ${SHA512}`])(
    'refuses %s',
    async (value) => {
      expect(await verdict(value)).toBe('digest_mismatch');
    },
  );
});

describe('Want-Content-Digest (RFC 9530 4)', () => {
  it.each([
    ['sha-256=1', 'sha-256'],
    ['sha-512=3, sha-256=10, unixsum=0', 'sha-256'],
    ['sha-512=10, sha-256=10', 'sha-256'],
    ['sha-256=0, sha-512=1', 'sha-512'],
    ['sha-256=0', undefined],
    ['md5=10', undefined],
    ['sha-256=11', undefined],
    ['sha-256=1.5', undefined],
    ['(((', undefined],
  ])('%s wants %s', (value, expected) => {
    expect(readWantedDigest(value)).toBe(expected);
  });
});
