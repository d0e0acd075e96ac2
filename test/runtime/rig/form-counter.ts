/**
 * The two servers at the ends of a relayed form: one writes a page with a signed form, one judges what the browser posts.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isVerificationError, memoryReplayStore } from 'countersign';
import { signPayload, type VerifyPayloadOptions, verifyPayload } from 'countersign/payload';
import type { Judgement } from '../suite/carriers.ts';
import { explain } from '../suite/collect.ts';
import { escapeHtml } from '../suite/frame.ts';
import { fieldsWith, hostileFields, quotedNames, RELAYED } from '../suite/hostile-fields.ts';
import { suiteKey, suiteSigner } from '../suite/keys.ts';

const OPTIONS: VerifyPayloadOptions = {
  ...RELAYED,
  resolveKey: (keyid) => suiteKey(keyid.endsWith('.hmac') ? 'hmac' : 'ed25519'),
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
};

/** Judges a posted form: signed fields, or a message in the field `message`. */
export async function judgeForm(kind: 'form' | 'text' | 'json', request: IncomingMessage): Promise<Judgement> {
  const { method = '', url: target = '' } = request;
  try {
    const form = await readForm(request);
    const verified =
      kind === 'form'
        ? await verifyPayload(form, { ...OPTIONS, format: kind })
        : await verifyPayload(String(form.get('message')), { ...OPTIONS, format: kind });
    return { code: 'ok', method, target, payload: verified.payload };
  } catch (error) {
    return { code: isVerificationError(error) ? error.code : explain(error), method, target };
  }
}

/** The fields as an application on fetch's own classes reads them. */
async function readForm(request: IncomingMessage): Promise<FormData | URLSearchParams> {
  const { searchParams, href } = new URL(request.url ?? '', 'http://counter.test');
  if (request.method !== 'POST') return searchParams;
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  return new Request(href, { method: 'POST', headers, body: new Uint8Array(await buffer(request)) }).formData();
}

/** A page that posts signed fields at once, as the sending server writes it. */
export async function relayPage(name: string, asked: URLSearchParams): Promise<{ readonly type: string; readonly body: string }> {
  const field = [...hostileFields, ...quotedNames][Number(asked.get('field'))];
  if (field === undefined) throw new RangeError('no such field');
  const fields = await signPayload(fieldsWith(field), { signer: await suiteSigner('hmac', 'shop'), ...RELAYED });
  const charset = asked.get('charset') ?? 'utf-8';
  const inputs = fields.map(([key, value]) => `<input type="hidden" name="${escapeHtml(key)}" value="${escapeHtml(value)}">`);
  const attributes = `method="${asked.get('method')}" enctype="${asked.get('enctype')}" action="/form/${escapeHtml(name)}"`;
  const form = `<form accept-charset="utf-8" ${attributes}>${inputs.join('')}</form>`;
  // A field may be called `submit`.
  const script = '<script>HTMLFormElement.prototype.submit.call(document.forms[0])</script>';
  const body = `<!doctype html><title>relay</title>${form}${script}`;
  return { type: `text/html; charset=${charset}`, body: charset === 'utf-8' ? body : body.replace(/[^\0-\x7f]/gu, numeric) };
}

function numeric(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
