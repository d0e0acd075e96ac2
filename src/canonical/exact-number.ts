/**
 * Which decimal texts every party reads as the same number.
 *
 * @see RFC 8785, section 3.2.2.3; RFC 7493, section 2.2
 * @module
 */

/**
 * Whether a JSON number denotes exactly the decimal number that RFC 8785 writes for it, and, if whole, lies within
 * ±(2^53 - 1).
 *
 * So `1`, `1.0`, `10e-1` and `0.1` are exact. `9007199254740992` and `1e21` are beyond, `1e400` overflows, `1e-400`
 * vanishes, and `0.10000000000000001` would be written `0.1`: somebody counted on a digit that is lost.
 *
 * @param value - What the language makes of the text.
 */
export function isExactNumber(text: string, value: number): boolean {
  // So large a number is whole, or infinite. Written so that NaN is not exact.
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false;
  const written = String(value);
  return written === text || decimalOf(written) === decimalOf(text);
}

/** Sign, significant digits and exponent: the same for all texts of one decimal number. */
function decimalOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split(/e/i);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^(-?)0+/, '$1');
  // No /0+$/: it would try again at each zero of a long run.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  // Zero has one form, whatever its exponent or sign.
  return Number(digits) ? `${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}` : '0';
}
