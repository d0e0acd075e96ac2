/**
 * Component lists that need not be parsed again: nearly every request of a deployment covers the same components.
 *
 * Only lists of signatures that were verified get here, so that nobody without a key can fill the memory.
 *
 * @module
 */

import type { Component } from './plain-component.ts';

/** A list of covered components: its text as it was received, `("@method" "@path")`, and what it says. */
export interface ComponentList {
  readonly text: string;
  readonly components: readonly Component[];
}

/** The value of Signature-Input; if its first list is known, with `()` in its place, at index `at`. */
export interface CutInput {
  readonly text: string;
  readonly at?: number;
  readonly list?: ComponentList;
}

/** What a known list is replaced by. */
export const EMPTY_LIST = '()';
const MAX_LISTS = 64;
const MAX_LENGTH = 1024;

/** The lists that one verifier knows. */
export class KnownLists {
  readonly #lists = new Map<string, ComponentList>();

  /** Takes the first list out, if it is known. */
  cut(input: string): CutInput | undefined {
    // Text before the first `=` is a label and can hold neither strings nor lists.
    const at = input.indexOf('=') + 1;
    if (input[at] !== '(') return undefined;
    // A `)` inside a string ends too early: such a text is no list, so it is not known.
    const end = input.indexOf(')', at) + 1;
    const list = this.#lists.get(input.slice(at, end));
    return list && { text: input.slice(0, at) + EMPTY_LIST + input.slice(end), at, list };
  }

  /** Remembers the list of a verified signature; `params` is the text that begins with it. */
  add(components: readonly Component[], params: string): void {
    // Frozen lists came from here.
    if (Object.isFrozen(components)) return;
    const text = `(${components.map(({ identifier }) => identifier).join(' ')})`;
    if (text.length > MAX_LENGTH || !params.startsWith(text)) return;
    if (this.#lists.size >= MAX_LISTS) this.#lists.clear();
    // Shared from now on, also with resolveKey: nobody may change it.
    this.#lists.set(text, { text, components: Object.freeze(components.map(Object.freeze) as Component[]) });
  }
}
