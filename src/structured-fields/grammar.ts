/**
 * The forms of structured fields, as sticky expressions: the ABNF of RFC 9651, section 3, one line each.
 *
 * None can match in two ways, so that refusing costs no more than reading.
 *
 * @module
 */

/** Section 3.1.2. */
export const KEY: RegExp = /[a-z*][-a-z0-9_.*]*/y;

/** Section 3.3.1: at most 15 digits. */
export const INTEGER: RegExp = /-?\d{1,15}(?![\d.])/y;

/** Section 3.3.2: at most 12 digits before the point, and 3 after it. */
export const DECIMAL: RegExp = /-?\d{1,12}\.\d{1,3}(?!\d)/y;

/** Section 3.3.3. */
export const STRING: RegExp = /"[ !#-[\]-~]*(?:\\["\\][ !#-[\]-~]*)*"/y;

/** Section 3.3.4. */
export const TOKEN: RegExp = /[A-Za-z*][-\w!#$%&'*+.^`|~:/]*/y;

/** Section 3.3.5; whether it is base64 is asked later. */
export const BYTES: RegExp = /:[^:]*:/y;

/** Section 3.3.6. */
export const BOOLEAN: RegExp = /\?[01]/y;

/** Section 3.3.7. */
export const DATE: RegExp = /@-?\d{1,15}(?![\d.])/y;

/** Section 3.3.8: escaped as in a URI, but with lower-case digits; whether it is UTF-8 is asked later. */
export const DISPLAY_STRING: RegExp = /%"(?:[ !#$&-~]|%[0-9a-f]{2})*"/y;
