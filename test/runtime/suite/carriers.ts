/**
 * What the page and the server of signed URLs and payloads (`rig/carrier-server.ts`) say to each other.
 *
 * @module
 */

/** What the server made of one request. */
export interface Judgement {
  /** `ok`, or the code of the refusal. */
  readonly code: string;
  readonly method: string;
  /** The raw target, as it arrived. */
  readonly target: string;
  /** Whether the signature covers the content. */
  readonly bodySigned?: boolean | undefined;
  /** The payload, if one was verified. */
  readonly payload?: unknown;
}

/** What the server is asked to sign. */
export interface SignOrder {
  readonly url: string;
  readonly method: string;
  readonly keyid: string;
  readonly created: number;
}

/** What the server says where there is no status to tell: in events and sockets. */
export const GREETING = 'ten gold coins';

/** The content of images, as base64: one pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** A page's handle on the server: addresses that nobody else has, and what arrived there. */
export interface CarrierServer {
  /** An address of that kind. All requests for it are judged under its name. */
  address(kind: string, name: string): string;
  /** What was made of the requests for a name, once there are as many. */
  arrived(name: string, count?: number): Promise<readonly Judgement[]>;
  /** Lets the server sign. */
  sign(order: SignOrder): Promise<string>;
}

/** The server as the page of that runtime sees it. */
export function carrierServer(origin: string, who: string): CarrierServer {
  const address = (kind: string, name: string): string => `${origin}/${kind}/${who}/${encodeURIComponent(name)}`;
  const read = async (response: Response): Promise<Response> => {
    if (!response.ok) throw new Error(`the server of carriers says ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    address,
    arrived: async (name, count = 1) =>
      (await (await read(await fetch(`${address('log', name)}?count=${count}`))).json()) as readonly Judgement[],
    sign: async (order) => (await read(await fetch(`${origin}/sign`, { method: 'POST', body: JSON.stringify(order) }))).text(),
  };
}
