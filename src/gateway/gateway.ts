/**
 * The gateway's verifier: it is asked about a request, and answers who sent it, or why it is refused.
 *
 * @module
 */

import type { OnEvent } from '../adapter/shared/events.ts';
import { createGuard, type Guard, requireVerifier } from '../adapter/shared/guard.ts';
import { isVerificationError } from '../errors.ts';
import type { Verifier } from '../http/verifier.ts';
import { assertFunction } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { FieldLines } from '../rfc9421/message.ts';
import { notify } from '../runtime/notify.ts';
import type { VerifiedRequest } from '../signature/verified/verified-request.ts';
import { type Answer, carried, ofProblem, ofResponse, unhandled } from './answer.ts';
import { type AskedRequest, type AskingGateway, askedAbout, readGatewaySecret, requireGateway } from './asked.ts';
import { identityOf } from './identity.ts';
import { type GatewayBody, type GatewayProfile, readGatewayBody, readProfile } from './profiles.ts';

/** How a gateway is answered. */
export interface GatewayOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /** The gateway in front: it says where the client's request is told, and how refusals can be carried. */
  readonly profile: GatewayProfile;
  /**
   * A secret of 16 characters or more that the gateway sends as `x-gateway-secret`; what comes without it is answered 500. Default: whoever
   * reaches this handler counts as the gateway, so let nobody else reach it.
   */
  readonly secret?: string | undefined;
  /** Whether the gateway sends the body along (HAProxy, Envoy, Traefik); `withheld` leaves checking it to the backend. Default: what the recipe does. */
  readonly body?: GatewayBody | undefined;
  /** What the key must be allowed, as its record's `scopes` say; else the answer is `scope_insufficient`, 403. Default: nothing. */
  readonly scopes?: readonly string[] | undefined;
  /** What else is refused, after verification: answers the refusal, such as 429 of a rate limit, or `undefined`. Default: nothing. */
  readonly refuse?: ((verified: VerifiedRequest) => Awaitable<Response | undefined>) | undefined;
  /** Told of each request that was verified or refused. What it throws is reported on the console and changes no answer. */
  readonly onEvent?: OnEvent | undefined;
  /** Told of what is answered with 500: a gateway that is set up wrongly, an error in a look-up. Default: the console. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
}

const NAMES: OptionNames<GatewayOptions> = {
  verifier: true,
  profile: true,
  secret: true,
  body: true,
  scopes: true,
  refuse: true,
  onEvent: true,
  onError: true,
};

/** What we need of a request of `node:http`. */
export interface NodeRequestToGateway extends AsyncIterable<Uint8Array> {
  /** The method. */
  readonly method?: string | undefined;
  /** The raw target. */
  readonly url?: string | undefined;
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
  /** Whether the request is here to its end. */
  readonly complete?: boolean | undefined;
  /** Goes on receiving what nobody reads. */
  resume?(): unknown;
}

/** What we need of a response of `node:http`. */
export interface NodeResponseOfGateway {
  /** Sends the head. */
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  /** Sends the body, and ends. */
  end(body?: string): unknown;
  /** Tells of a connection that broke. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Answers a gateway: 200 with the identity fields, or the refusal. Neither member ever throws or rejects. Members may be taken apart. */
export interface Gateway {
  /** For servers of fetch's kind: `export default gateway`, `Deno.serve(gateway.fetch)`. The profile `envoy` needs `node`. */
  fetch(request: Request): Promise<Response>;
  /** For `node:http`: `createServer(gateway.node)`. */
  node(request: NodeRequestToGateway, response: NodeResponseOfGateway): Promise<void>;
}

/**
 * Makes the handler that a gateway asks about every request before it hands it to the backend.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { verifier, profile, secret, body, scopes, refuse, onEvent, onError = logError } = readOptions(options, NAMES);
  requireVerifier(verifier);
  const facts = readProfile(profile);
  if (refuse !== undefined) assertFunction(refuse, 'refuse');
  assertFunction(onError, 'onError');
  const asking: AskingGateway = { facts, body: readGatewayBody(body, facts), knowsSecret: readGatewaySecret(secret) };
  const guard = createGuard(verifier, { scopes, onEvent });
  const answer = async (asked: AskedRequest): Promise<Answer> => {
    const given = await answerTo(asked, { guard, asking, refuse }).catch((error: unknown) => {
      if (!isVerificationError(error) || error.status === 500) notify('onError', onError, error);
      return isVerificationError(error) ? ofProblem(error.toProblem()) : unhandled();
    });
    return carried(given, facts);
  };
  return Object.freeze<Gateway>({
    fetch: async (request) => {
      const {
        status,
        headers,
        body: text,
      } = await answer({
        method: request.method,
        fields: [...request.headers],
        body: request.body ?? undefined,
      });
      return new Response(text ?? null, { status, headers });
    },
    node: async (request, response) => {
      response.on('error', (error) => notify('onError', onError, error));
      const { method = '', url = '', rawHeaders } = request;
      const { status, headers, body: text } = await answer({ method, target: url, fields: linesOf(rawHeaders), body: request });
      response.writeHead(status, headers);
      response.end(text);
      // Content that nobody read stands before the next request of the connection.
      if (request.complete !== true) request.resume?.();
    },
  });
}

function logError(error: unknown): void {
  console.error('countersign: a gateway was answered with 500', error);
}

interface Answering {
  readonly guard: Guard;
  readonly asking: AskingGateway;
  readonly refuse: GatewayOptions['refuse'];
}

async function answerTo(asked: AskedRequest, { guard, asking, refuse }: Answering): Promise<Answer> {
  await requireGateway(asked, asking);
  const read = (name: string): string | undefined => asked.fields.find(([field]) => field.toLowerCase() === name)?.[1];
  const method = read(asking.facts.original?.method ?? '') ?? asked.method;
  const by = { method, origin: read('origin'), requestedMethod: read('access-control-request-method') };
  const verified = await guard.verify(() => askedAbout(asked, asking), by);
  const refusal = await refuse?.(verified);
  if (refusal !== undefined) return ofResponse(refusal);
  return { status: 200, headers: { 'cache-control': 'no-store', ...(await identityOf(verified)) }, body: undefined };
}

/** The field lines of `rawHeaders`. */
function linesOf(rawHeaders: readonly string[]): FieldLines {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
}
