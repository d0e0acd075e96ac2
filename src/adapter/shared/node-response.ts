/**
 * Answers of Node's `http` and `http2`: refusals as problem documents, and fields that are added to whatever is answered.
 *
 * @module
 */

import type { Problem } from '../../errors.ts';
import { varyWith } from './cors.ts';

/**
 * What we need of a `ServerResponse` or `Http2ServerResponse`. It is also what a handler is given whose parameters have no types of their own,
 * inside `createServer(…)` of node:http: write `response: ServerResponse` for all of it.
 */
export interface NodeResponseLike {
  /** The HTTP status that will be sent. */
  statusCode: number;
  /** Whether the head is gone. */
  readonly headersSent: boolean;
  /** Whether `end` was called. */
  readonly writableEnded: boolean;
  /** Sets a field. */
  setHeader(name: string, value: string): unknown;
  /** A field that is set. */
  getHeader(name: string): number | string | readonly string[] | undefined;
  /** The names of the fields that are set. */
  getHeaderNames(): readonly string[];
  /** Takes a field back. */
  removeHeader(name: string): unknown;
  /** Sends the head. */
  writeHead(status: number, headers?: Readonly<Record<string, string>>): this;
  /** Sends content. */
  write(chunk: string | Uint8Array): boolean;
  /** Sends the rest, and ends the response. */
  end(chunk?: string | Uint8Array): unknown;
  /** Ends the connection. */
  destroy(error?: Error): unknown;
  /** Tells of a connection that broke. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What describes content that is not sent now. Others, such as CORS fields, stay. */
const OF_CONTENT = /^(?:content-|etag$|last-modified$|transfer-encoding$|trailer$|repr-digest$|unencoded-digest$|signature)/;

/** Sets the head of a problem, in place of whatever was prepared. */
export function prepareProblem({ status, headers }: Problem, response: NodeResponseLike): void {
  for (const name of response.getHeaderNames()) if (OF_CONTENT.test(name)) response.removeHeader(name);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Answers with a problem, in place of whatever was prepared. */
export function sendProblem(problem: Problem, response: NodeResponseLike): void {
  prepareProblem(problem, response);
  response.end(problem.body);
}

/** What the peer learns of a fault of ours. */
export const INTERNAL: Problem = {
  status: 500,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  body: '{"type":"about:blank","title":"Internal Server Error","status":500}',
};

/** Where nobody else is told of a fault of ours. */
export function logError(error: unknown): void {
  console.error('countersign: a request was answered with 500', error);
}

/** Sets fields; `Vary` keeps what it names. */
export function setFields(fields: Readonly<Record<string, string>>, response: NodeResponseLike): void {
  for (const [name, value] of Object.entries(fields))
    response.setHeader(name, name === 'vary' ? varyWith(textOf(response.getHeader('vary')), value) : value);
}

function textOf(value: ReturnType<NodeResponseLike['getHeader']>): string | undefined {
  return value === undefined ? undefined : String(value);
}
