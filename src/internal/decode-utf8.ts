/**
 * Bytes as text, the same in every engine, also in those without TextDecoder.
 *
 * @module
 */

let decoder: TextDecoder | undefined;

/** The text of UTF-8 bytes, a byte order mark included; `undefined` if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    if (typeof TextDecoder === 'undefined') return decodeUtf8ByHand(bytes);
    decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeUtf8ByHand(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; ) {
    const lead = bytes[index++]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const tail = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || index + tail > bytes.length) throw new RangeError('not UTF-8');
    let code = lead & (0x3f >> tail);
    for (let count = tail; count > 0; count--) {
      const next = bytes[index++]!;
      if (next >> 6 !== 2) throw new RangeError('not UTF-8');
      code = (code << 6) | (next & 0x3f);
    }
    // The shortest form only, and nothing that UTF-16 reserves.
    if (code < [0x80, 0x800, 0x10000][tail - 1]! || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new RangeError('not UTF-8');
    text += String.fromCodePoint(code);
  }
  return text;
}
