/**
 * Component lists that need not be checked again: nearly every request of a deployment covers the same components.
 *
 * Only lists of signatures that were verified get here, so that nobody without a key can fill the memory.
 *
 * @module
 */

import type { Component } from './component.ts';

const MAX_LISTS = 64;

const MAX_LENGTH = 1024;

/** The lists that one verifier knows, by their text as it is received: `("@method" "@path")`. */
export class KnownLists {
  readonly #lists = new Map<string, readonly Component[]>();

  /** The components of a list; `undefined` if it is not known. */
  get(text: string): readonly Component[] | undefined {
    // A copy, since resolveKey gets it too. (Freezing the list makes every later walk over it slow.)
    return this.#lists.get(text)?.slice();
  }

  /** Remembers the list of a verified signature; `params` is the text that begins with it. */
  add(components: readonly Component[], params: string): void {
    if (this.#lists.has(params.slice(0, params.indexOf(')') + 1))) return;
    const text = `(${components.map(({ identifier }) => identifier).join(' ')})`;
    if (text.length > MAX_LENGTH || !params.startsWith(text)) return;
    if (this.#lists.size >= MAX_LISTS) this.#lists.clear();
    this.#lists.set(text, components.map(Object.freeze) as Component[]);
  }
}
