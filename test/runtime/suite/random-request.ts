/**
 * Random requests of a seed: methods, targets with every printable character, fields that repeat or are empty, bodies
 * of every type the engine has, from nothing to a megabyte.
 *
 * @module
 */

import { engine, type Random, utf8 } from './engine.ts';

/** A request as an application would write it. */
export interface RandomRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodyInit | undefined;
  /** Fields to cover besides the defaults. */
  readonly components: readonly string[];
  /** Whether it is handed over as a `Request`. */
  readonly asRequest: boolean;
  /** For reports. */
  readonly kind: string;
}

const METHODS = ['GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

/** Space to tilde. */
const PRINTABLE: readonly string[] = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const BEYOND_ASCII = ['é', 'ß', '☃', '東', '𝄞'] as const;
/** Escapes that mean the same as another spelling. */
const LOOSE = ['%7e', '%41', '%2d', '%c3%a9', '%2f', '%3B', '%E2%98%83'] as const;
const BODY_KINDS = ['none', 'empty text', 'text', 'json', 'bytes', 'buffer', 'view', 'blob', 'params', 'form', 'stream'] as const;
type BodyKind = (typeof BODY_KINDS)[number];

/** The bodies a bare engine has too. */
const BARE_KINDS: readonly BodyKind[] = ['none', 'empty text', 'text', 'json', 'bytes'];

/** The `index`th request of a run. Every run of a hundred has each printable character in a path and in a query. */
export function randomRequest(random: Random, index: number, origins: readonly string[]): RandomRequest {
  const largest = index % 100 === 37;
  const method = largest ? 'POST' : random.pick(METHODS);
  const kinds = engine.Request === undefined ? BARE_KINDS : BODY_KINDS;
  const kind = largest ? random.pick(['bytes', 'text'] as const) : method === 'GET' || method === 'HEAD' ? 'none' : random.pick(kinds);
  const headers = randomFields(random);
  const { body, type } = makeBody(kind, random, largest ? 1024 * 1024 : sizeOf(random));
  if (type !== undefined) headers.push(['content-type', type]);
  const target = `/${index}${randomPath(random, index)}${randomQuery(random, index)}${random.below(20) === 0 ? '#not/sent?to=anybody' : ''}`;
  const components = [...new Set(headers.map(([name]) => name))].filter((name) => name.startsWith('x-'));
  // A Request is a poor place for a stream in Firefox, for a form with a file in WebKitGTK. Its URL must be a fixpoint already.
  const asRequest = kind !== 'stream' && kind !== 'form' && random.below(4) === 0;
  const url = random.pick(origins) + (asRequest ? stableTarget(target) : target);
  return { url, method, headers, body, components, asRequest, kind };
}

/** A target as it stands on the wire: neither parsers nor frameworks on the way change it. */
export function stableTarget(target: string): string {
  const [, path = '', query, fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(target)!;
  const pairs = query?.slice(1).split('&').map(stablePair);
  return normalEscapes(escaped(path, /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/%-]/gu) + (pairs ? `?${pairs.join('&')}` : '')) + fragment;
}

/** Everything but unreserved characters, `+` and the first `=`. */
function stablePair(pair: string): string {
  const [name = '', ...values] = pair.split('=').map((part) => escaped(part, /%(?![\dA-Fa-f]{2})|[^\w.~+%-]/gu));
  return values.length === 0 ? name : `${name}=${values.join('%3D')}`;
}

function escaped(text: string, stray: RegExp): string {
  return text.replace(stray, (found) =>
    encodeURIComponent(found).replace(/[!'()*]/, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
  );
}

function normalEscapes(text: string): string {
  return text.replace(/%[\dA-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : triplet.toUpperCase();
  });
}

function randomText(random: Random, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += random.below(25) === 0 ? random.pick(BEYOND_ASCII) : random.pick(PRINTABLE);
  return random.below(4) === 0 ? text + random.pick(LOOSE) : text;
}

/** What would end the path or the query is written escaped; a segment of dots alone would be resolved away. */
function randomPath(random: Random, index: number): string {
  const segments = [
    `p${PRINTABLE[index % 95]}`,
    ...Array.from({ length: random.below(4) }, () => `s${randomText(random, random.below(12))}`),
  ];
  return segments.map((segment) => `/${segment.replaceAll('?', '%3F').replaceAll('#', '%23')}`).join('');
}

function randomQuery(random: Random, index: number): string {
  if (random.below(5) === 0) return random.pick(['', '?']);
  const pairs = [
    `q=${PRINTABLE[index % 95]}`,
    ...Array.from({ length: random.below(4) }, () => `${randomText(random, random.below(5))}=${randomText(random, random.below(12))}`),
  ];
  return `?${pairs.join('&').replaceAll('#', '%23')}`;
}

/** Field text that every runtime sends as it is: printable ASCII, blanks only inside. */
function fieldText(random: Random): string {
  return Array.from({ length: 1 + random.below(20) }, () => random.pick(PRINTABLE))
    .join('')
    .trim();
}

function randomFields(random: Random): [string, string][] {
  const fields: [string, string][] = [];
  for (let count = random.below(4); count > 0; count--) fields.push(['x-repeated', fieldText(random)]);
  if (random.below(3) === 0) fields.push(['x-empty', '']);
  if (random.below(3) === 0) fields.push(['x-blank-inside', `a ${'\t'} ${fieldText(random)}`.trim()]);
  if (random.below(4) === 0) fields.push(['Accept', 'application/json']);
  return fields;
}

/** Mostly small, often next to nothing, one in twenty large. */
function sizeOf(random: Random): number {
  if (random.below(20) === 0) return random.below(200_000);
  return random.below(3) === 0 ? random.below(3) : random.below(3000);
}

function makeBody(kind: BodyKind, random: Random, size: number): { readonly body: BodyInit | undefined; readonly type?: string } {
  switch (kind) {
    case 'none':
      return { body: undefined };
    case 'empty text':
      return { body: '', type: 'text/plain' };
    case 'text':
      return { body: largeText(random, size), type: random.pick(['text/plain;charset=UTF-8', 'text/csv; header="present"']) };
    case 'json':
      return { body: JSON.stringify({ text: largeText(random, size), amount: 10 }), type: 'application/json' };
    case 'bytes':
      return { body: random.bytes(size) };
    case 'buffer':
      return { body: random.bytes(size).buffer, type: 'application/octet-stream' };
    case 'view':
      return { body: new DataView(random.bytes(size + 8).buffer, 5, size) };
    case 'blob':
      return { body: new Blob([random.bytes(size)], random.below(2) === 0 ? { type: 'image/png' } : {}) };
    case 'params':
      return {
        body: new URLSearchParams([
          ['amount', '10'],
          ['note', randomText(random, 40)],
          ['amount', ''],
        ]),
      };
    case 'stream':
      return { body: streamOf(random.bytes(size), random) };
    case 'form':
      return { body: formOf(random, size) };
  }
}

/** Exactly `size` bytes of UTF-8, some of them not ASCII. */
function largeText(random: Random, size: number): string {
  const sample = randomText(random, 200).replace(/[^\0-\x7f]/g, 'é');
  const bytes = utf8(sample).length;
  const text = sample.repeat(Math.floor(size / bytes));
  return text + 'x'.repeat(size - Math.floor(size / bytes) * bytes);
}

/** The bytes in chunks of many lengths. They are cut beforehand: when a stream is read is the engine's affair. */
function streamOf(bytes: Uint8Array<ArrayBuffer>, random: Random): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let offset = 0; offset < bytes.length; ) chunks.push(bytes.slice(offset, (offset += 1 + random.below(20_000))));
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

function formOf(random: Random, size: number): FormData {
  const form = new FormData();
  form.append('currency', 'goldcoins');
  form.append('note', randomText(random, 30));
  form.append('file', new Blob([random.bytes(size)], { type: 'application/octet-stream' }), 'a "file" name.bin');
  return form;
}
