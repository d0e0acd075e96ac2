/**
 * The values of structured fields, as JavaScript sees them.
 *
 * | RFC 9651 | here |
 * |---|---|
 * | Integer, String, Boolean, Byte Sequence | `number` (always whole), `string`, `boolean`, `Uint8Array` |
 * | Decimal, Token, Date, Display String | a class each: `1.0` is not `1`, `gzip` is not `"gzip"` |
 *
 * Were a Decimal a plain number too, a field would not serialise to what was signed.
 *
 * @see RFC 9651, section 3
 * @module
 */

/** A Decimal: at most twelve digits before the point and three after it. */
export class Decimal {
  declare protected readonly kind: 'decimal';
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A Token: a word without quotes. */
export class Token {
  // Only types see `kind`: without it a Token would be a Display String to the compiler.
  declare protected readonly kind: 'token';
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
}

/** A Date, in whole seconds since the epoch. */
export class SfDate {
  declare protected readonly kind: 'date';
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** A Display String: any Unicode text. */
export class DisplayString {
  declare protected readonly kind: 'display-string';
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
}

/** A value by itself. A number is an Integer, a string is a String of printable ASCII. */
export type BareItem = number | Decimal | string | Token | Uint8Array | boolean | SfDate | DisplayString;

/** Parameters, in their order. */
export type Parameters = ReadonlyMap<string, BareItem>;

/** A value with its parameters. */
export interface Item {
  readonly value: BareItem;
  readonly params: Parameters;
  /** Where its text begins, parameters included; only a parsed item has it. */
  readonly start?: number | undefined;
  /** Where its text ends: `text.slice(start, end)` is the item as it was received. */
  readonly end?: number | undefined;
}

/** A list as a member of a List or Dictionary. */
export interface InnerList {
  readonly items: readonly Item[];
  readonly params: Parameters;
  /** The index right after the `)`; only a parsed list has it. */
  readonly paramsStart?: number | undefined;
}

/** What a List or Dictionary holds. */
export type Member = Item | InnerList;

/** A List field. */
export type List = readonly Member[];

/** A Dictionary field, its members in their order. */
export type Dictionary = ReadonlyMap<string, Member>;

/** Whether a member is an inner list. */
export function isInnerList(member: Member): member is InnerList {
  return 'items' in member;
}
