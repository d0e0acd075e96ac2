/** Bytes, a multiple of eight, as the number they are in RFC 8032: little-endian. */
export function littleEndian({ buffer, byteOffset, length }: Uint8Array): bigint {
  const words = new DataView(buffer, byteOffset, length);
  let number = 0n;
  for (let at = length - 8; at >= 0; at -= 8) number = (number << 64n) | words.getBigUint64(at, true);
  return number;
}
