/**
 * `countersign/fastify`: a plugin for Fastify 5.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { assertObject } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { getConsumer, type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import {
  ADAPTER_NAMES,
  type AdapterOptions,
  createGuard,
  type GuardOverride,
  type Refusals,
  readRefusals,
  requireVerifier,
} from './shared/guard.ts';
import type { BodyAdvice } from './shared/node-body.ts';
import { guardNode } from './shared/node-guard.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import type { NodeResponseLike } from './shared/node-response.ts';
import { isForPeer } from './shared/refusal.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { getVerified, signerOf } from './shared/verified-requests.ts';

export type { Upload, UploadOptions } from '../http/upload/verify-upload.ts';
export { getConsumer, type IdentifiedOptions, type Identify } from './identified.ts';
export type { CorsOptions } from './shared/cors.ts';
export type { OnEvent, VerificationEvent } from './shared/events.ts';
export type { AdapterOptions, Refusals } from './shared/guard.ts';
export type { NodeRequestLike } from './shared/node-request.ts';
export type { NodeResponseLike } from './shared/node-response.ts';
export type { ResponseSigning } from './shared/response-signing.ts';
export type { TrustedProxy } from './shared/trusted-proxy.ts';
export { getUpload, getVerified } from './shared/verified-requests.ts';

/** What the plugin takes. */
export interface FastifyOptions extends AdapterOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /** `answer` a refusal as a problem document, or `throw` it, to the application's own error handler. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
}

/** What a route may want otherwise, as `config: { countersign: { … } }`. */
export interface FastifyRouteConfig {
  /** A verifier of its own, with another policy. Default: the plugin's. */
  readonly verifier?: Verifier | undefined;
  /** Scopes besides those of the plugin. */
  readonly scopes?: readonly string[] | undefined;
}

/** What we need of Fastify's request. */
export interface FastifyRequestLike {
  /** Node's own request. */
  readonly raw: NodeRequestLike;
  /** The route, with its `config`. */
  readonly routeOptions?: { readonly config?: object | undefined } | undefined;
}

/** What we need of Fastify's reply. */
export interface FastifyReplyLike {
  /** Node's own response. */
  readonly raw: NodeResponseLike;
  /** Sets the status. */
  code(status: number): unknown;
  /** Sets fields. */
  headers(fields: Readonly<Record<string, string>>): unknown;
  /** Sends content. */
  send(payload: Uint8Array): unknown;
  /** Tells Fastify that the answer was sent by other ways. */
  hijack(): unknown;
}

/** What we need of a Fastify instance. */
export interface FastifyLike {
  /** Gives requests a member. */
  decorateRequest(name: string, property: { getter(): unknown }): unknown;
  /** Has a hook called for each request. */
  addHook(name: 'onRequest', hook: FastifyHook): unknown;
  /** Takes every parser of content away. */
  removeAllContentTypeParsers(): unknown;
  /** Adds a parser of content, of any type. */
  addContentTypeParser(type: '*', parse: (request: unknown, content: unknown, done: (error: null) => void) => void): unknown;
  /** Adds a route for OPTIONS. */
  options(path: string, handler: (request: FastifyRequestLike, reply: { callNotFound(): unknown }) => unknown): unknown;
}

/** A hook of Fastify. */
export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

const names = (): OptionNames<FastifyOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

const ROUTE_NAMES: OptionNames<FastifyRouteConfig> = { verifier: true, scopes: true };

const ADVICE: BodyAdvice = {
  line: "addContentTypeParser('application/json', { parseAs: 'buffer' }, …), or fastify-raw-body with runFirst",
};

async function install(instance: FastifyLike, options: FastifyOptions): Promise<void> {
  const { verifier, refusals, ...others } = readOptions<FastifyOptions>(options, names(), { name: 'options of countersign' });
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  const overrides = new WeakMap<object, Partial<GuardOverride>>();
  const overrideOf = (config: object | undefined): Partial<GuardOverride> => {
    if (config === undefined) return {};
    const known = overrides.get(config) ?? readRouteConfig(config);
    overrides.set(config, known);
    return known;
  };
  instance.decorateRequest('verified', {
    getter(this: object) {
      return getVerified(this);
    },
  });
  instance.addHook('onRequest', async (request, reply) => {
    try {
      const context = { advice: ADVICE, request, instead: overrideOf(request.routeOptions?.config) };
      if ((await guardNode(guard, request.raw, reply.raw, context)) === undefined) return reply.hijack();
      return undefined;
    } catch (error) {
      return refuse(error, reply, answers);
    }
  });
  if (guard.upload !== undefined) leaveContentAlone(instance);
  // Hooks run for routes: without one there is nobody to answer a preflight.
  if (guard.cors !== undefined) instance.options('*', (_, reply) => reply.callNotFound());
}

/** What is streamed is for no parser: of the instance that registers the plugin, and of no other. */
function leaveContentAlone(instance: FastifyLike): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, _content, done) => done(null));
}

/** A plugin of Fastify. */
export type FastifyPlugin = (instance: FastifyLike, options: FastifyOptions) => Promise<void>;

/**
 * The plugin: `await app.register(countersign, { verifier })`. It lets verified requests through to the routes of the instance, and nothing else;
 * Fastify's own parsers find the body as if nobody had read it. `request.verified`, or `getVerified(request)`, is what was verified.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export const countersign: FastifyPlugin = /* @__PURE__ */ Object.assign(install, /* @__PURE__ */ asPlugin('countersign'));

/** What Fastify reads of a plugin. */
function asPlugin(name: string): object {
  return {
    // The hook is for the instance that registers the plugin, not for one of the plugin's own.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: name,
    [Symbol.for('plugin-meta')]: { name, fastify: '5.x' },
  };
}

/**
 * The plugin for callers with a key, who may sign nothing: `await app.register(identified, { identify: apiKeys.authenticate })`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `request.consumer`, or `getConsumer(request)`, is who calls; `getVerified(request)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export const identified: (instance: FastifyLike, options: IdentifiedOptions) => Promise<void> = /* @__PURE__ */ Object.assign(
  async (instance: FastifyLike, options: IdentifiedOptions) => {
    await install(instance, toVerifiedOptions(options));
    instance.decorateRequest('consumer', {
      getter(this: object) {
        return getConsumer(this);
      },
    });
  },
  /* @__PURE__ */ asPlugin('countersign-identified'),
);

function readRouteConfig(config: object): Partial<GuardOverride> {
  const own = (config as { readonly countersign?: FastifyRouteConfig }).countersign;
  if (own === undefined) return {};
  assertObject(own, 'config.countersign');
  const { verifier, scopes } = readOptions<FastifyRouteConfig>(own, ROUTE_NAMES, { name: 'config.countersign' });
  if (verifier !== undefined) requireVerifier(verifier);
  return { ...(verifier !== undefined && { verifier }), ...(scopes !== undefined && { scopes: readScopes(scopes) }) };
}

function refuse(error: unknown, reply: FastifyReplyLike, answers: boolean): unknown {
  if (!answers || !isForPeer(error)) throw error;
  const { status, headers, body } = error.toProblem();
  reply.code(status);
  reply.headers(headers);
  // Fastify puts a charset behind the type of a text, which JSON has not.
  reply.send(encodeUtf8(body));
  return reply;
}

/**
 * A hook for a route that needs more: `app.post('/coins', { onRequest: requireScopes('coins:write') }, handler)`. Whose key lacks a scope is
 * answered `scope_insufficient`, 403.
 *
 * @throws {TypeError} If no scope is given, or one is no text.
 */
export function requireScopes(...scopes: readonly string[]): FastifyHook {
  const required = readScopes(scopes);
  return async (request, reply) => {
    try {
      checkScopes(signerOf(request), required);
      return undefined;
    } catch (error) {
      return refuse(error, reply, true);
    }
  };
}
