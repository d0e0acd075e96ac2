/**
 * The pure-JavaScript way, in any engine: what the library looks up is hidden from it for a while.
 *
 * @module
 */

import { engine } from './engine.ts';

/** Runs something without WebCrypto and node:crypto. */
export async function inJavaScript<T>(run: () => Promise<T>): Promise<T> {
  const restore = [hideWebCrypto(), hide(globalThis, 'process', undefined)];
  if (engine.crypto?.subtle !== undefined) throw new Error('this engine does not let us hide WebCrypto');
  try {
    return await run();
  } finally {
    for (const undo of restore) undo();
  }
}

function hideWebCrypto(): () => void {
  const { crypto } = engine;
  try {
    return hide(globalThis, 'crypto', { getRandomValues: crypto?.getRandomValues?.bind(crypto) });
  } catch {
    // edge-runtime: the global is fixed, its members are not.
    return hide(crypto!, 'subtle', undefined);
  }
}

function hide(holder: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { configurable: true, writable: true, value });
  return () => {
    if (before === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, before);
  };
}
