/**
 * HMAC-SHA256 of a signature base, with a secret that is prepared once: by node:crypto, by WebCrypto where that is not, and in
 * JavaScript where neither is.
 *
 * @see RFC 2104
 * @module
 */

import { type Awaitable, isThenable } from '../../internal/awaitable.ts';
import { equalBytes } from '../../internal/bytes.ts';
import { bytesOfBase, type SignatureBase } from '../base.ts';
import { loadJavaScript, type NodeCrypto, type NodeKey, nodeCrypto, webCrypto } from '../runtime.ts';

/** Computes the code of a signature base, given as bytes or as the text that it is. */
export type Mac = (base: SignatureBase) => Uint8Array;

/** The same, at once or later. */
export type AwaitableMac = (base: SignatureBase) => Awaitable<Uint8Array>;

/** Bytes of a code. */
const MAC_BYTES = 32;

/** Prepares a secret, whose bytes nobody else may change. */
export function prepareMac(secret: Uint8Array): AwaitableMac {
  const node = nodeCrypto();
  return node === undefined ? prepareLazily(secret) : nodeMac(node, secret);
}

/** Whether bytes are the code of a signature base, compared in constant time. */
export function macVerify(mac: AwaitableMac): (base: SignatureBase, signature: Uint8Array) => Awaitable<boolean> {
  return (base, signature) => {
    if (signature.length !== MAC_BYTES) return false;
    const expected = mac(base);
    return isThenable(expected) ? expected.then((bytes) => equalBytes(bytes, signature)) : equalBytes(expected, signature);
  };
}

/** The key is made at the first use, since making it is asynchronous. */
function prepareLazily(secret: Uint8Array): AwaitableMac {
  let mac: ((base: Uint8Array) => Awaitable<Uint8Array>) | undefined;
  const prepare = async (base: Uint8Array): Promise<Uint8Array> => {
    const subtle = webCrypto();
    const prepared = subtle === undefined ? (await loadJavaScript()).prepareMac(secret) : await webMac(subtle, secret);
    mac ??= prepared;
    return mac(base);
  };
  return (base) => (mac ?? prepare)(bytesOfBase(base));
}

async function webMac(subtle: SubtleCrypto, secret: Uint8Array): Promise<(base: Uint8Array) => Promise<Uint8Array>> {
  const key = await subtle.importKey('raw', secret as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (base) => new Uint8Array(await subtle.sign('HMAC', key, base as BufferSource));
}

// With node:crypto. Where there is a one-shot `hash`, HMAC is two of those (RFC 2104, section 2): for a text as short as a signature
// base, making and collecting an `Hmac` object costs twice what the hashing does.

const BLOCK = 64;

const SHORT_BASE = 2048;

/** Prepares a secret. Never the raw secret per call: that costs Node 24 seven times as much. */
export function nodeMac(node: NodeCrypto, secret: Uint8Array): Mac {
  const key = node.createSecretKey(secret);
  const { hash } = node;
  return hash === undefined ? (base) => objectMac(node, key, base) : hashMac(hash, secret, (base) => objectMac(node, key, base));
}

/** Longer texts are left to node's own HMAC, which need not copy them. */
function hashMac(hash: NonNullable<NodeCrypto['hash']>, secret: Uint8Array, long: Mac): Mac {
  const key = secret.length > BLOCK ? bytesOf(hash('sha256', secret, 'latin1'), new Uint8Array(32), 0) : secret;
  const inner = new Uint8Array(BLOCK + SHORT_BASE).fill(0x36, 0, BLOCK);
  const outer = new Uint8Array(BLOCK + 32).fill(0x5c, 0, BLOCK);
  for (let index = 0; index < key.length; index++) {
    inner[index]! ^= key[index]!;
    outer[index]! ^= key[index]!;
  }
  const text = inner.subarray(BLOCK);
  const encoder = new TextEncoder();
  return (base) => {
    if (base.length > SHORT_BASE) return long(base);
    if (typeof base !== 'string') text.set(base);
    else if (!fillAscii(encoder, base, text)) return long(base);
    bytesOf(hash('sha256', inner.subarray(0, BLOCK + base.length), 'latin1'), outer, BLOCK);
    return bytesOf(hash('sha256', outer, 'latin1'), new Uint8Array(32), 0);
  };
}

/** Writes a text into bytes; whether it is ASCII, and there as a whole. */
function fillAscii(encoder: TextEncoder, text: string, bytes: Uint8Array): boolean {
  const { read, written } = encoder.encodeInto(text, bytes);
  return read === text.length && written === text.length;
}

/** One byte a character: node answers in text three times as fast as in a buffer. */
function bytesOf(text: string, target: Uint8Array, start: number): Uint8Array {
  for (let index = 0; index < 32; index++) target[start + index] = text.charCodeAt(index);
  return target;
}

function objectMac(node: NodeCrypto, key: NodeKey, base: SignatureBase): Uint8Array {
  return new Uint8Array(node.createHmac('sha256', key).update(bytesOfBase(base)).digest());
}
