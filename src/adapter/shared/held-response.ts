/**
 * A Node response that is held back until all of it is there, so that it can be signed before its first byte leaves.
 *
 * @module
 */

import { isBytes } from '../../internal/bytes.ts';
import { encodeLatin1, encodeUtf8 } from '../../internal/utf8.ts';
import type { FieldLines, ResponseMessage } from '../../rfc9421/message.ts';
import { ByteBuffer } from '../../runtime/byte-buffer.ts';
import { INTERNAL, type NodeResponseLike, prepareProblem } from './node-response.ts';
import { tooLongToSign } from './response-signing.ts';

/** How a response is held. */
export interface HoldOptions {
  /** Bytes; a longer one is given up. */
  readonly bufferBytes: number;
  /** Whether the answer to the request has no content, whatever the handler writes: HEAD. */
  readonly isHead: boolean;
  /** The fields that sign it. */
  sign(response: ResponseMessage): Promise<FieldLines>;
  /** Told why it could not be signed; the answer is then 500. */
  report(error: unknown): void;
}

type Method = (...args: unknown[]) => unknown;

/** What is replaced. */
type Replaced = Record<'write' | 'end' | 'writeHead' | 'flushHeaders', Method | undefined>;

/** Holds a response back: nothing that is written leaves before its end. */
export function holdResponse(response: NodeResponseLike, options: HoldOptions): void {
  new HeldResponse(response, options).hold();
}

class HeldResponse {
  readonly #response: NodeResponseLike;
  readonly #options: HoldOptions;
  readonly #content: ByteBuffer;
  readonly #original: Replaced;
  #length = 0;
  #isHeadWritten = false;
  #isEnded = false;
  /** While our own answer leaves, everything goes where it went before. */
  #isLeaving = false;

  constructor(response: NodeResponseLike, options: HoldOptions) {
    this.#response = response;
    this.#options = options;
    this.#content = new ByteBuffer(options.bufferBytes);
    const { write, end, writeHead, flushHeaders } = response as unknown as Replaced;
    this.#original = { write, end, writeHead, flushHeaders };
  }

  hold(): void {
    this.#replace('write', (chunk, encoding, callback) => {
      this.#add(chunk, encoding);
      callLater([encoding, callback]);
      return true;
    });
    this.#replace('end', (chunk, encoding, callback) => {
      this.#add(chunk, encoding);
      this.#end();
      callLater([chunk, encoding, callback]);
      return this.#response;
    });
    this.#replace('writeHead', (status, ...more) => {
      this.#response.statusCode = status as number;
      this.#setFields(more.find((given) => typeof given === 'object'));
      this.#isHeadWritten = true;
      return this.#response;
    });
    this.#replace('flushHeaders', () => {
      this.#isHeadWritten = true;
    });
    this.#show('headersSent', () => this.#isHeadWritten);
    this.#show('writableEnded', () => this.#isEnded);
  }

  #replace(name: keyof Replaced, held: Method): void {
    const original = this.#original[name];
    if (original === undefined) return;
    const method: Method = (...args) => (this.#isLeaving ? original.apply(this.#response, args) : held(...args));
    Object.defineProperty(this.#response, name, { value: method, configurable: true, writable: true, enumerable: true });
  }

  /** To the application it looks as if it had left. */
  #show(name: 'headersSent' | 'writableEnded', held: () => boolean): void {
    const prototype = Object.getPrototypeOf(this.#response) as object;
    const get = (): boolean => held() || Boolean(Reflect.get(prototype, name, this.#response));
    Object.defineProperty(this.#response, name, {
      get: () => (this.#isLeaving ? Reflect.get(prototype, name, this.#response) : get()),
      configurable: true,
    });
  }

  #setFields(given: unknown): void {
    if (given === undefined || given === null) return;
    const fields = new Map<string, string[]>();
    for (const [name, value] of pairsOf(given)) {
      const values = (Array.isArray(value) ? value : [value]).map(String);
      fields.set(name, [...(fields.get(name) ?? []), ...values]);
    }
    const response = this.#response as unknown as { setHeader(name: string, value: string | readonly string[]): void };
    for (const [name, values] of fields) response.setHeader(name, values.length === 1 ? values[0]! : values);
  }

  #add(chunk: unknown, encoding: unknown): void {
    this.#isHeadWritten = true;
    if (chunk === undefined || chunk === null || typeof chunk === 'function' || this.#isEnded) return;
    const bytes = toBytes(chunk, encoding);
    this.#length += bytes.length;
    if (this.#content.add(bytes)) return;
    this.#isEnded = true;
    this.#fail(tooLongToSign(this.#options.bufferBytes));
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#finish().catch((error: unknown) => this.#fail(error));
  }

  async #finish(): Promise<void> {
    const { statusCode } = this.#response;
    const hasContent = !this.#options.isHead && statusCode !== 204 && statusCode !== 304;
    const body = hasContent ? this.#content.bytes() : undefined;
    const signed = await this.#options.sign({ status: statusCode, fields: this.#fields(), body });
    for (const [name, value] of signed) this.#response.setHeader(name, value);
    if (hasContent) {
      this.#response.removeHeader('transfer-encoding');
      this.#response.setHeader('content-length', String(this.#length));
    }
    this.#leave(body);
  }

  #fields(): FieldLines {
    return this.#response.getHeaderNames().flatMap((name) => {
      const value = this.#response.getHeader(name);
      return (Array.isArray(value) ? value : [value]).map((line) => [name, String(line)] as const);
    });
  }

  #fail(error: unknown): void {
    this.#options.report(error);
    try {
      prepareProblem(INTERNAL, this.#response);
    } catch (problem) {
      this.#options.report(problem);
    }
    this.#leave(encodeUtf8(INTERNAL.body));
  }

  /** Not by what stands on the response now: a middleware that compresses has put itself there, and was asked already. */
  #leave(body: Uint8Array | undefined): void {
    this.#isLeaving = true;
    try {
      this.#original.end?.call(this.#response, body);
    } catch (error) {
      this.#options.report(error);
      this.#response.destroy();
    }
    // What the application writes after its end was nothing before either.
    this.#isLeaving = false;
  }
}

/** The forms that `writeHead` takes: an object, or a list of names and values in turn, or of pairs. */
function pairsOf(given: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (!Array.isArray(given)) return Object.entries(given as object);
  const list: readonly unknown[] = given;
  if (list.every(isPair)) return list;
  return list.flatMap((name, index) => (index % 2 === 0 ? [[String(name), list[index + 1]] as const] : []));
}

const isPair = (value: unknown): value is readonly [string, unknown] => Array.isArray(value) && value.length === 2;

function toBytes(chunk: unknown, encoding: unknown): Uint8Array {
  if (isBytes(chunk)) return chunk;
  const text = String(chunk);
  if (typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)) return encodeUtf8(text);
  if (/^(?:latin1|binary|ascii)$/i.test(encoding)) return encodeLatin1(text);
  throw new TypeError(`a response that is signed is written as bytes, UTF-8 or Latin-1, not as ${encoding}`);
}

/** Calls the callback among these, when the caller has returned. */
export function callLater(given: readonly unknown[]): void {
  const callback = given.find((one) => typeof one === 'function') as (() => void) | undefined;
  if (callback !== undefined) queueMicrotask(callback);
}
