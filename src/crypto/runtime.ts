/**
 * What the runtime brings: WebCrypto, and node:crypto where it is the faster way.
 *
 * Looked up when needed, never at import: bundles stay free of node:crypto, and loading it costs 10 ms on Node.
 *
 * @module
 */

import { builtinModule } from '../runtime/builtin-module.ts';

/** A key of node:crypto. */
export interface NodeKey {
  export(options: { readonly format: 'jwk' }): { readonly x?: string };
}

/** An incremental hash of node:crypto. */
interface NodeHash {
  update(data: Uint8Array): NodeHash;
  digest(): Uint8Array;
}

/** How node:crypto answers from its thread pool. */
export type Callback<T> = (error: Error | null, result: T) => void;

interface DerKey {
  readonly key: Uint8Array;
  readonly format: 'der';
  readonly type: 'pkcs8' | 'spki';
}

/** The part of node:crypto that we use. */
export interface NodeCrypto {
  readonly KeyObject: { from(key: CryptoKeyLike): NodeKey };
  createSecretKey(bytes: Uint8Array): NodeKey;
  createPrivateKey(input: DerKey): NodeKey;
  createPublicKey(input: DerKey | NodeKey): NodeKey;
  createHmac(hash: string, key: NodeKey): NodeHash;
  createHash(hash: string): NodeHash;
  /** Missing before Node 20.12. */
  hash?: { (hash: string, data: Uint8Array, encoding: 'buffer'): Uint8Array; (hash: string, data: Uint8Array, encoding: 'latin1'): string };
  /** At once; or, with a callback, from the thread pool, returning nothing. */
  sign(hash: null, data: Uint8Array, key: NodeKey, callback?: Callback<Uint8Array>): Uint8Array;
  verify(hash: null, data: Uint8Array, key: NodeKey, signature: Uint8Array, callback?: Callback<boolean>): boolean;
}

interface Globals {
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  readonly crypto?: Partial<Crypto>;
  readonly document?: unknown;
  readonly WorkerGlobalScope?: unknown;
  readonly importScripts?: unknown;
  readonly navigator?: { readonly userAgent?: string };
}

const globals = globalThis as unknown as Globals;

/** node:crypto, in whatever runtime has it. */
export function anyNodeCrypto(): NodeCrypto | undefined {
  return builtinModule('node:crypto') as NodeCrypto | undefined;
}

/** node:crypto where it beats the alternatives. Not on Deno: it takes 50 to 217 ms to load there, and its HMAC loses to noble's. */
export function nodeCrypto(): NodeCrypto | undefined {
  return globals.Deno === undefined ? anyNodeCrypto() : undefined;
}

/** Cryptography in JavaScript, where the runtime has none of its own: the one dynamic import of the package. */
export function loadJavaScript(): Promise<typeof import('./javascript.ts')> {
  return import('./javascript.ts');
}

/** `crypto.subtle`, by the types that there are: not all runtimes' types name `SubtleCrypto`. */
export type WebCrypto = typeof crypto.subtle;

/** WebCrypto; pages served over plain http and small engines have none. */
export function webCrypto(): WebCrypto | undefined {
  return globals.crypto?.subtle;
}

/** The shape of a WebCrypto `CryptoKey`. The global type exists only with DOM or Node types, so our declarations bring their own. */
export interface CryptoKeyLike {
  /** `secret`, `private` or `public`. */
  readonly type: string;
  /** Whether its bytes can be had. */
  readonly extractable: boolean;
  /** What it is bound to, by its WebCrypto name. */
  readonly algorithm: { readonly name: string };
  /** What it may be used for: `sign`, `verify`. */
  readonly usages: readonly string[];
}

/** Whether a value is a `CryptoKey`, also one of another realm. */
export function isCryptoKey(value: unknown): value is CryptoKeyLike {
  return Object.prototype.toString.call(value) === '[object CryptoKey]';
}

/**
 * Whether this is a page, or a dedicated, shared or service worker of one: whoever opens the page can read what runs there.
 * Servers have workers too (Deno, Bun) or call themselves one (workerd); what those have, nobody else reads.
 */
export function isBrowser(): boolean {
  const { document, WorkerGlobalScope, importScripts, Deno, Bun, navigator } = globals;
  if (document !== undefined) return true;
  const isWorker = WorkerGlobalScope !== undefined && typeof importScripts === 'function';
  return isWorker && Deno === undefined && Bun === undefined && navigator?.userAgent !== 'Cloudflare-Workers';
}
