/**
 * Bytes as Base64 (RFC 4648).
 *
 * @module
 */

/** The alphabet of section 4. */
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The alphabet of section 5. */
const URL_SAFE: string = /* @__PURE__ */ STANDARD.replace('+/', '-_');

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  let group = 0;
  let bits = 0;
  for (let index = 0; index < bytes.length; index++) {
    group = ((group & 0xff) << 8) | bytes[index]!;
    for (bits += 8; bits >= 6; ) {
      bits -= 6;
      text += alphabet[(group >> bits) & 63]!;
    }
  }
  return bits > 0 ? text + alphabet[(group << (6 - bits)) & 63]! : text;
}

/** Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD) + ['', '==', '='][bytes.length % 3]!;
}

/** Base64url without padding (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE);
}
