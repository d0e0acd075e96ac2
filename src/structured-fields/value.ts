/**
 * The values of structured fields (RFC 9651), Integer and Decimal kept apart.
 *
 * @module
 */

/** A Decimal: `1.0` is not the Integer `1`. */
export class Decimal {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A Token: a word without quotes. */
export class Token {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** A Date, in whole seconds since the epoch. */
export class SfDate {
  readonly seconds: number;
  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** A Display String: Unicode text. */
export class DisplayString {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** A bare item; a JavaScript number is an Integer, a string is a String, bytes are a Byte Sequence. */
export type BareItem = number | Decimal | string | Token | Uint8Array | boolean | SfDate | DisplayString;

/** Parameters in their order. */
export type Parameters = ReadonlyMap<string, BareItem>;

/** An item. Parsed ones know where their text stood. */
export interface Item {
  readonly value: BareItem;
  readonly params: Parameters;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** A list inside a list or dictionary. */
export interface InnerList {
  readonly items: readonly Item[];
  readonly params: Parameters;
}

export type Member = Item | InnerList;
export type List = readonly Member[];
export type Dictionary = ReadonlyMap<string, Member>;

/** Whether a member is an inner list. */
export function isInnerList(member: Member): member is InnerList {
  return 'items' in member;
}
