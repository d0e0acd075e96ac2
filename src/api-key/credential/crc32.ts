/**
 * CRC-32 as zlib has it: it tells a mistyped or cut key from one that was issued, without a look-up. It proves nothing.
 *
 * @see RFC 1952, section 8
 * @module
 */

const POLYNOMIAL = 0xedb88320;

/** The checksum of ASCII text. */
export function crc32(text: string): number {
  let crc = ~0;
  for (let index = 0; index < text.length; index++) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}
