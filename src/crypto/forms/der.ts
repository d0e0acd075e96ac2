/**
 * Just enough DER (ITU-T X.690) to read and write keys.
 *
 * @module
 */

import { concatBytes } from '../../internal/bytes.ts';
import { toHex } from '../../internal/hex.ts';

/** One element: tag, content, and itself as a whole. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

export const SEQUENCE = 0x30;

export const SET = 0x31;

export const INTEGER = 0x02;

export const BIT_STRING = 0x03;

export const OCTET_STRING = 0x04;

export const NULL = 0x05;

export const OBJECT_ID = 0x06;

/** The elements that fill these bytes, one after the other. `undefined` if they are not DER. */
export function readDer(bytes: Uint8Array): readonly DerElement[] | undefined {
  const elements: DerElement[] = [];
  for (let start = 0; start < bytes.length; ) {
    let offset = start + 2;
    let length = bytes[start + 1] ?? 0;
    if (length >= 0x80) {
      const count = length & 0x7f;
      // No indefinite lengths, and no key is as long as three bytes could say.
      if (count === 0 || count > 2) return undefined;
      length = 0;
      for (const byte of bytes.subarray(offset, offset + count)) length = length * 256 + byte;
      offset += count;
      if (length < (count === 1 ? 0x80 : 0x100)) return undefined;
    }
    const end = offset + length;
    if (end > bytes.length || offset < start + 2) return undefined;
    elements.push({ tag: bytes[start]!, content: bytes.subarray(offset, end), whole: bytes.subarray(start, end) });
    start = end;
  }
  return elements;
}

/** The elements inside these bytes, if they are one SEQUENCE; none if they are anything else. */
export function readSequence(bytes: Uint8Array | undefined): readonly DerElement[] {
  const [outer, ...rest] = (bytes && readDer(bytes)) ?? [];
  return (outer?.tag === SEQUENCE && rest.length === 0 && readDer(outer.content)) || [];
}

/** The one element that these bytes are, if it has this tag. */
export function readOne(bytes: Uint8Array | undefined, tag: number): DerElement | undefined {
  const [only, ...rest] = (bytes && readDer(bytes)) ?? [];
  return only?.tag === tag && rest.length === 0 ? only : undefined;
}

/** The bytes of an INTEGER that is not negative, without the zero that keeps it so; `undefined` if it is none, or not in its shortest form. */
export function readUnsigned(element: DerElement | undefined): Uint8Array | undefined {
  if (element?.tag !== INTEGER) return undefined;
  const { content } = element;
  const [first = 0x80, second = 0] = content;
  if (first >= 0x80 || (first === 0 && content.length > 1 && second < 0x80)) return undefined;
  return first === 0 && content.length > 1 ? content.subarray(1) : content;
}

/** The bytes of a BIT STRING's content without its first, which counts unused bits: a key has none. */
export function readBits(content: Uint8Array): Uint8Array | undefined {
  return content[0] === 0 ? content.subarray(1) : undefined;
}

/** One element of a tag with these contents. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = concatBytes(...contents);
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return concatBytes(new Uint8Array(head), content);
}

/** An INTEGER of the bytes of a number that is not negative. */
export function writeUnsigned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeDer(INTEGER, new Uint8Array(bytes[0]! >= 0x80 ? 1 : 0), bytes);
}

/** A BIT STRING of whole bytes. */
export function writeBits(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeDer(BIT_STRING, new Uint8Array(1), bytes);
}

/** The content of an element as hex if it has this tag. */
export function hexOf(element: DerElement | undefined, tag: number): string | undefined {
  return element?.tag === tag ? toHex(element.content) : undefined;
}
