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

/** By way of percent-encoding, which is decoded as strictly: engines so small that they have no TextDecoder have `escape`. */
function decodeUtf8ByHand(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return decodeURIComponent(escape(text));
}
