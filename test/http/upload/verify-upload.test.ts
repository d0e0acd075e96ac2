import { createHash } from 'node:crypto';
import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { VerificationError } from '../../../src/errors.ts';
import { type Upload, type UploadOptions, verifyUpload } from '../../../src/http/upload/verify-upload.ts';
import { createVerifier } from '../../../src/http/verifier.ts';
import type { VerifierOptions } from '../../../src/http/verifier-options.ts';
import type { RequestMessage } from '../../../src/rfc9421/message.ts';
import { signUrl } from '../../../src/url/sign-url.ts';
import { signedUrls } from '../../../src/url/verify-url.ts';
import { codeOf, countingStore, key, message, NOW, signed, signer, verifier, withField } from '../../support/bank.ts';

const PIECES = [1, 2, 3].map((value) => new Uint8Array(1000).fill(value));
const CONTENT = Buffer.concat(PIECES);
const LIMIT: UploadOptions = { bodyBytes: 10_000 };

const digestOf = (content: Uint8Array, algorithm = 'sha-256'): string =>
  `${algorithm}=:${createHash(algorithm.replace('-', '')).update(content).digest('base64')}:`;

/** A body that counts what is asked of it. */
function source(pieces: readonly unknown[], { failure }: { readonly failure?: Error } = {}) {
  const seen = { asked: 0, stopped: false };
  const left = [...pieces];
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        seen.asked += 1;
        if (left.length > 0) return { done: false, value: left.shift() as Uint8Array };
        if (failure !== undefined) throw failure;
        return { done: true, value: undefined };
      },
      return: async () => {
        seen.stopped = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { seen, body };
}

/** An upload, signed before any of it is sent. */
async function uploaded(changes: Partial<RequestMessage> = {}, digest: string | undefined = digestOf(CONTENT)): Promise<RequestMessage> {
  const fields = [['content-type', 'application/octet-stream'], ...(digest === undefined ? [] : [['content-digest', digest]])] as const;
  const head = await signed({ method: 'PUT', target: '/files/a.bin', fields: fields as RequestMessage['fields'], body: undefined });
  return { ...head, body: source(PIECES).body, ...changes };
}

async function readAll({ body }: Upload): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

const open = (request: Request | RequestMessage, options: Partial<VerifierOptions> = {}, limit = LIMIT): Promise<Upload> =>
  verifyUpload(verifier(options), request, limit);

describe('verifyUpload', () => {
  it('verifies the head before it reads, and the content while it is read', async () => {
    const replayStore = countingStore();
    const { seen, body } = source(PIECES);
    const upload = await open(await uploaded({ body }), { replayStore });
    await later(5);
    expect([upload.keyid, upload.method(), upload.path(), seen.asked, replayStore.asked]).toEqual(['jdoe', 'PUT', '/files/a.bin', 0, []]);
    const reader = upload.body.getReader();
    expect((await reader.read()).value).toEqual(PIECES[0]);
    await later(5);
    expect([seen.asked, replayStore.asked]).toEqual([1, []]);
    expect((await reader.read()).value).toEqual(PIECES[1]);
    expect((await reader.read()).value).toEqual(PIECES[2]);
    expect(await Promise.race([upload.finished, later(5, 'not yet')])).toBe('not yet');
    expect((await reader.read()).done).toBe(true);
    const verified = await upload.finished;
    expect([verified.keyid, verified.path(), verified.header('content-type')]).toEqual([
      'jdoe',
      '/files/a.bin',
      'application/octet-stream',
    ]);
    expect(replayStore.asked).toEqual([verified.signatures[0].nonce]);
    expect(() => verified.bytes).toThrow(/upload/);
    expect(seen.stopped).toBe(false);
  });

  it('has resolved before the body is seen to end', async () => {
    const upload = await open(await uploaded());
    let isFinished = false;
    void upload.finished.then(() => {
      isFinished = true;
    });
    await readAll(upload);
    expect(isFinished).toBe(true);
  });

  it('takes a Request, whose body it does not copy', async () => {
    const { fields } = await uploaded();
    const request = new Request('https://bank.example/files/a.bin', {
      method: 'PUT',
      headers: fields as [string, string][],
      body: new Blob([CONTENT]).stream(),
      duplex: 'half',
    } as RequestInit);
    const upload = await open(request);
    expect(await readAll(upload)).toEqual(CONTENT);
    expect((await upload.finished).keyid).toBe('jdoe');
  });

  it('takes bytes, which are its own', async () => {
    const bytes = new Uint8Array(CONTENT);
    const request = await uploaded({ body: bytes });
    const opening = open(request);
    bytes.fill(0);
    expect(await readAll(await opening)).toEqual(CONTENT);
  });

  it.each([
    ['sha-512', digestOf(CONTENT, 'sha-512')],
    ['both', `${digestOf(CONTENT)}, ${digestOf(CONTENT, 'sha-512')}`],
    ['one that is unknown besides', `md5=:AAAA:, ${digestOf(CONTENT)}`],
  ])('checks every digest that counts: %s', async (_, digest) => {
    const upload = await open(await uploaded({}, digest));
    expect(await readAll(upload)).toEqual(CONTENT);
    expect((await upload.finished).keyid).toBe('jdoe');
  });

  it('verifies what has no content at once', async () => {
    const replayStore = countingStore();
    const upload = await open(await signed({ method: 'GET', body: undefined, fields: [] }), { replayStore });
    expect(replayStore.asked).toHaveLength(1);
    expect(await readAll(upload)).toEqual(Buffer.alloc(0));
    expect((await upload.finished).method()).toBe('GET');
  });

  describe('refuses before anything is read', () => {
    const tooLarge = { ...LIMIT, bodyBytes: 2999 };
    it.each<[code: string, change: (request: RequestMessage) => RequestMessage, options?: Partial<VerifierOptions>, limit?: UploadOptions]>(
      [
        ['signature_missing', (request) => ({ ...request, fields: [] })],
        ['signature_mismatch', (request) => ({ ...request, target: '/files/b.bin' })],
        ['authority_forbidden', (request) => request, { authority: 'shop.example' }],
        ['expired', (request) => request, { now: () => NOW + 1000 }],
        ['key_unknown', (request) => request, { resolveKey: () => undefined }],
        ['key_disabled', (request) => request, { resolveKey: () => ({ key, status: 'disabled' }) }],
        ['body_too_large', (request) => withField(request, 'content-length', '3000'), {}, tooLarge],
        ['body_too_large', (request) => withField(request, 'content-length', '9'.repeat(30)), {}, tooLarge],
        ['signature_malformed', (request) => withField(request, 'x-large', 'x'.repeat(9000))],
      ],
    )('%s', async (code, change, options = {}, limit = LIMIT) => {
      const { seen, body } = source(PIECES);
      const replayStore = countingStore();
      const request = change(await uploaded({ body }));
      expect(await codeOf(() => open(request, { replayStore, ...options }, limit))).toBe(code);
      await later(2);
      expect([seen.asked, replayStore.asked]).toEqual([0, []]);
    });

    it('what has no digest that was covered', async () => {
      const { seen, body } = source(PIECES);
      const none = await uploaded({ body }, '');
      const without = { ...none, fields: (none.fields as [string, string][]).filter(([name]) => name !== 'content-digest') };
      const resigned = await signed({
        method: 'PUT',
        fields: without.fields.filter(([name]) => !name.startsWith('signature')),
        body: undefined,
      });
      expect(await codeOf(() => open({ ...resigned, body }))).toBe('digest_missing');
      const added = withField(resigned, 'content-digest', digestOf(CONTENT));
      expect(await codeOf(() => open({ ...added, body }))).toBe('component_uncovered');
      const allowed = { policy: { insecurelyAllowUncovered: ['content-digest'] } };
      expect(await codeOf(() => open({ ...added, body }, allowed))).toBe('component_uncovered');
      expect(seen.asked).toBe(0);
    });

    it('a digest that is malformed, or of no algorithm that counts', async () => {
      expect(await codeOf(async () => open(await uploaded({}, 'sha-256=1')))).toBe('digest_mismatch');
      expect(await codeOf(async () => open(await uploaded({}, 'md5=:AAAA:')))).toBe('digest_missing');
    });

    it('content that a signed URL does not cover', async () => {
      const url = await signUrl('https://bank.example/files/a.bin', { signer, method: 'PUT', expiresIn: 60, now: () => NOW });
      const target = url.slice('https://bank.example'.length);
      const request = {
        method: 'PUT',
        scheme: 'https',
        authority: 'bank.example',
        target,
        fields: [['content-digest', digestOf(CONTENT)]],
      } as const;
      const { seen, body } = source(PIECES);
      expect(await codeOf(() => open({ ...request, body }, { query: signedUrls() }))).toBe('component_uncovered');
      expect(seen.asked).toBe(0);
      expect((await (await open(request, { query: signedUrls() })).finished).path()).toBe('/files/a.bin');
    });

    it('content that somebody read before', async () => {
      const { fields } = await uploaded();
      const request = new Request('https://bank.example/files/a.bin', {
        method: 'PUT',
        headers: fields as [string, string][],
        body: CONTENT,
      });
      await request.arrayBuffer();
      expect(await codeOf(() => open(request))).toBe('raw_body_unavailable');
      const gone = withField(await uploaded({ body: undefined }), 'content-length', '3000');
      expect(await codeOf(() => open(gone))).toBe('raw_body_unavailable');
    });
  });

  describe('fails at the end, by body and finished, and consumes nothing', () => {
    const cut = new Error('the connection broke');
    it.each<[what: string, code: string, body: () => AsyncIterable<Uint8Array>, options?: Partial<VerifierOptions>]>([
      ['one byte that differs', 'digest_mismatch', () => source([...PIECES.slice(0, 2), new Uint8Array(1000).fill(4)]).body],
      ['a piece less', 'digest_mismatch', () => source(PIECES.slice(0, 2)).body],
      ['a byte more', 'digest_mismatch', () => source([...PIECES, new Uint8Array(1)]).body],
      ['pieces in another order', 'digest_mismatch', () => source([...PIECES].reverse()).body],
      ['nothing at all', 'digest_mismatch', () => source([]).body],
      ['more than the limit', 'body_too_large', () => source(Array.from({ length: 11 }, () => PIECES[0])).body],
      ['a connection that breaks', 'body_incomplete', () => source(PIECES, { failure: cut }).body],
      ['a piece that is no bytes', 'body_incomplete', () => source(['text']).body],
    ])('%s: %s', async (_, code, body, options = {}) => {
      const replayStore = countingStore();
      const onRefused = vi.fn();
      const upload = await open(await uploaded({ body: body() }), { replayStore, onRefused, ...options });
      const failure = await readAll(upload).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(VerificationError);
      expect(failure).toMatchObject({ code, keyid: 'jdoe' });
      await expect(upload.finished).rejects.toBe(failure);
      expect(replayStore.asked).toEqual([]);
      expect(onRefused.mock.calls).toEqual([[failure]]);
    });

    it('a second digest that differs', async () => {
      const upload = await open(await uploaded({}, `${digestOf(CONTENT)}, ${digestOf(Buffer.from('other'), 'sha-512')}`));
      expect(await codeOf(() => readAll(upload))).toBe('digest_mismatch');
    });

    it.each<[code: string, options: Partial<VerifierOptions>]>([
      ['expired', {}],
      ['key_expired', { resolveKey: () => ({ key, notAfter: NOW + 10 }) }],
    ])('a signature, or a key, that ended while it arrived: %s', async (code, options) => {
      let now = NOW;
      const upload = await open(await uploaded(), { now: () => now, ...options });
      now += code === 'expired' ? 1000 : 20;
      expect(await codeOf(() => readAll(upload))).toBe(code);
    });

    it('a store that is down', async () => {
      const replayStore = { consume: () => Promise.reject(new Error('down')) };
      const upload = await open(await uploaded(), { replayStore });
      expect(await codeOf(() => readAll(upload))).toBe('store_unavailable');
      expect(await codeOf(() => upload.finished)).toBe('store_unavailable');
    });
  });

  it('stops the source where it fails, and tells nobody who does not ask', async () => {
    const { seen, body } = source(Array.from({ length: 20 }, () => PIECES[0]));
    const upload = await open(await uploaded({ body }));
    expect(await codeOf(() => readAll(upload))).toBe('body_too_large');
    expect([seen.asked, seen.stopped]).toEqual([11, true]);
  });

  it('goes on behind pieces of no bytes', async () => {
    const upload = await open(
      await uploaded({ body: source([new Uint8Array(), ...PIECES.flatMap((piece) => [piece, new Uint8Array()])]).body }),
    );
    expect(await readAll(upload)).toEqual(CONTENT);
  });

  it('is refused where the handler cancels, and the nonce still counts', async () => {
    const replayStore = countingStore();
    const { seen, body } = source(PIECES);
    const request = await uploaded({ body });
    const upload = await open(request, { replayStore });
    const reader = upload.body.getReader();
    await reader.read();
    await reader.cancel('no more');
    const failure = await upload.finished.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'body_incomplete', cause: 'no more' });
    expect([seen.stopped, replayStore.asked]).toEqual([true, []]);
    const again = await open({ ...request, body: source(PIECES).body }, { replayStore });
    await readAll(again);
    expect((await again.finished).keyid).toBe('jdoe');
  });

  it('is refused where nobody reads it in time', async () => {
    vi.useFakeTimers();
    try {
      const { seen, body } = source(PIECES);
      const upload = await open(await uploaded({ body }), {}, { ...LIMIT, bodyTimeout: 30 });
      await vi.advanceTimersByTimeAsync(29_000);
      expect(seen.stopped).toBe(false);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await codeOf(() => upload.finished)).toBe('body_incomplete');
      expect(seen.stopped).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps no timer once it has ended', async () => {
    vi.useFakeTimers();
    try {
      for (const pieces of [PIECES, PIECES.slice(1)]) {
        const upload = await open(await uploaded({ body: source(pieces).body }));
        await readAll(upload).catch(() => undefined);
      }
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets exactly one of several copies count that arrive together', async () => {
    const replayStore = countingStore();
    const request = await uploaded();
    const uploads = await Promise.all([0, 1, 2].map(() => open({ ...request, body: source(PIECES).body }, { replayStore })));
    const codes = await Promise.all(uploads.map((upload) => codeOf(() => readAll(upload))));
    expect(codes.sort()).toEqual(['accepted', 'nonce_replayed', 'nonce_replayed']);
    const settled = await Promise.allSettled(uploads.map(({ finished }) => finished));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const late = await open({ ...request, body: source(PIECES).body }, { replayStore });
    expect(await codeOf(() => readAll(late))).toBe('nonce_replayed');
  });

  it('tells whoever listens to the verifier, at the end', async () => {
    const onVerified = vi.fn();
    const upload = await open(await uploaded(), { onVerified });
    expect(onVerified).not.toHaveBeenCalled();
    await readAll(upload);
    expect(onVerified.mock.calls).toEqual([[await upload.finished]]);
  });

  it('says what is wrong with its arguments', async () => {
    const request = await uploaded();
    await expect(verifyUpload({ ...verifier() }, request, LIMIT)).rejects.toThrow(/verifier must be what createVerifier answered/);
    const later = createVerifier({ authority: 'bank.example', resolveKey: () => key, consume: 'later' });
    await expect(verifyUpload(later as never, request, LIMIT)).rejects.toThrow(/replayStore/);
    await expect(open(request, {}, {} as UploadOptions)).rejects.toThrow(/bodyBytes/);
    await expect(open(request, {}, { bodyBytes: Number.NaN })).rejects.toThrow(/bodyBytes/);
    await expect(open(request, {}, { ...LIMIT, bodyTimeout: 0 })).rejects.toThrow(/bodyTimeout/);
    await expect(open(request, {}, { ...LIMIT, limit: 1 } as UploadOptions)).rejects.toThrow(/there is no "limit"/);
    await expect(open(message({ body: 'text' as never }))).rejects.toThrow(/request.body must be the raw bytes/);
  });
});
