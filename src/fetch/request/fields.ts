/**
 * Fields as the caller gives them, looked at before an engine does, which quotes the values it refuses.
 *
 * @module
 */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Requires that fields can be sent as they are given.
 *
 * @throws {TypeError} With the name of the field, never its value.
 */
export function checkFields(given: HeadersInit | undefined): void {
  if (given === undefined || given === null || isHeaders(given)) return;
  if (typeof given !== 'object') throw new TypeError('headers must be an object, a list of pairs, or Headers');
  for (const pair of Symbol.iterator in given ? (given as Iterable<readonly unknown[]>) : Object.entries(given)) checkField(pair);
}

function checkField(pair: readonly unknown[]): void {
  const [name, value] = Array.isArray(pair) ? pair : [];
  if (typeof name !== 'string' || pair.length !== 2) throw new TypeError('headers must be pairs of a name and a value');
  if (!TOKEN.test(name)) throw new TypeError('headers has a name that is not one of a field');
  if (typeof value === 'symbol' || typeof value === 'function' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    throw new TypeError(`headers: ${name} must be text`);
  if (typeof value === 'string' && !isFieldValue(value))
    throw new TypeError(`headers: ${name} has characters that no field can carry (a line break, or beyond Latin-1)`);
}

function isFieldValue(value: string): boolean {
  // Blanks and line breaks around a value are cut off.
  return !/[\0\r\n\u0100-\uffff]/.test(value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, ''));
}

function isHeaders(given: HeadersInit): given is Headers {
  return typeof Headers === 'function' && given instanceof Headers;
}
