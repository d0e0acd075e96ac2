import { describe, expect, it } from 'vitest';
import { annotateRefusal, VerificationError } from '../../src/errors.ts';
import { parseRefusal } from '../../src/fetch/refusal.ts';

const TYPE = { 'content-type': 'application/problem+json' };
const problem = { type: 'urn:countersign:problem:expired', title: 'expired', status: 401, code: 'expired', now: 5 };
const answer = (body: unknown, init: ResponseInit = { status: 401, headers: TYPE }) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), init);

describe('parseRefusal', () => {
  it('reads what VerificationError writes', async () => {
    const error = new VerificationError('expired', 'x', { retryAfter: 7, insecurelyExposeSignatureBase: true });
    annotateRefusal(error, { now: 1_700_000_000, acceptSignature: 'sig=("@method")', signatureBase: '"@method": GET' });
    const response = error.toResponse();
    expect(await parseRefusal(response)).toEqual({
      status: 401,
      code: 'expired',
      detail: 'x',
      now: 1_700_000_000,
      retryAfter: 7,
      acceptSignature: 'sig=("@method")',
      signatureBase: '"@method": GET',
    });
    // The body can still be read.
    expect(await response.json()).toMatchObject({ code: 'expired' });
  });

  it('leaves out what is not there', async () => {
    const { now: _, ...rest } = problem;
    expect(await parseRefusal(answer(rest))).toEqual({
      status: 401,
      code: 'expired',
      detail: undefined,
      now: undefined,
      retryAfter: undefined,
      acceptSignature: undefined,
      signatureBase: undefined,
    });
  });

  it('takes codes that are not known yet, and a content type with parameters', async () => {
    const future = { ...problem, type: 'urn:countersign:problem:moon_phase', code: 'moon_phase' };
    expect(
      await parseRefusal(answer(future, { status: 401, headers: { 'content-type': 'Application/Problem+JSON; charset=utf-8' } })),
    ).toMatchObject({ code: 'moon_phase' });
  });

  it.each<[string, () => Response]>([
    ['a success', () => answer(problem, { status: 200, headers: TYPE })],
    ['another content type', () => answer(problem, { status: 401, headers: { 'content-type': 'application/problem+jsonp' } })],
    ["somebody else's problem", () => answer({ type: 'about:blank', title: 'x', status: 401 })],
    ['a problem without code', () => answer({ ...problem, code: undefined })],
    ['a code that is no text', () => answer({ ...problem, code: 1, type: 'urn:countersign:problem:1' })],
    ['a type that is not of the code', () => answer({ ...problem, code: 'nonce_replayed' })],
    ['an array', () => answer([problem])],
    ['null', () => answer('null')],
    ['no JSON', () => answer('<html>')],
    ['nothing', () => answer('')],
    ['too much', () => answer({ ...problem, padding: 'x'.repeat(70_000) })],
    ['members of a prototype', () => answer(`{"__proto__":${JSON.stringify(problem)}}`)],
  ])('does not take for one: %s', async (_, make) => {
    expect(await parseRefusal(make())).toBeUndefined();
  });

  it('says when somebody read the response before', async () => {
    const response = answer(problem);
    await response.text();
    await expect(parseRefusal(response)).rejects.toBeInstanceOf(TypeError);
  });

  it('is not misled by a polluted prototype', async () => {
    Object.assign(Object.prototype, { type: problem.type, code: 'expired' });
    try {
      expect(await parseRefusal(answer({ title: 'x' }))).toBeUndefined();
    } finally {
      for (const name of ['type', 'code']) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});
