/**
 * Keys of another kind that are passed where a secret belongs. A public key is known to everybody: as a secret, it lets everybody sign.
 *
 * @see RFC 8725, section 2.1 (algorithm confusion)
 * @module
 */

import { fromBase64, fromBase64url } from '../internal/base64.ts';
import { fromHex, toHex } from '../internal/hex.ts';

/** The beginnings of SubjectPublicKeyInfo, PKCS #8, PKCS #1 and SEC 1, as hex. */
const DER_START = /^30(?:[0-7].|81..|82....)(?:30..06|02010[01]30|020100(?:30|02)|028|02010104)/;

/** The name of a kind of key, with its length before it, as SSH begins its public keys (RFC 4253, section 6.6), in hex. */
const SSH_START = /^000000(?:..)(?:7373682d|65636473612d|736b2d)/;

const TEXT = /-----BEGIN |(?:^|[^\w-])(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-[\w-]+|sk-[\w@.-]+) AAAA/;

/** Whether bytes are a key of another kind: PEM, JWK, SSH, or DER, bare or in Base64, base64url or hex, in quotes or not. */
export function isOtherKey(bytes: Uint8Array): boolean {
  if (isBinaryKey(bytes)) return true;
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  if (TEXT.test(text) || (text.includes('"kty"') && /[{[]/.test(text)) || text.includes('\\"kty\\"')) return true;
  // What copying adds: a byte order mark, white space, quotes, padding; for hex also a prefix and colons.
  const bare = text.replace(/^\u00ef\u00bb\u00bf|[\s"'`]+/g, '');
  const padded = bare.replace(/=+$/, '');
  const decoded = [
    fromHex(bare.replace(/^0x|:/gi, '')),
    fromBase64(padded + '='.repeat((4 - (padded.length % 4)) % 4)),
    fromBase64url(padded),
  ];
  return decoded.some((key) => key !== undefined && isBinaryKey(key));
}

function isBinaryKey(bytes: Uint8Array): boolean {
  const start = toHex(bytes.subarray(0, 12));
  return SSH_START.test(start) || (DER_START.test(start) && isWhole(bytes));
}

/** Whether bytes are as long as the element they begin with says: random ones hardly ever are. */
function isWhole(bytes: Uint8Array): boolean {
  const first = bytes[1]!;
  const length = first < 0x80 ? 2 + first : first === 0x81 ? 3 + bytes[2]! : 4 + bytes[2]! * 256 + bytes[3]!;
  return length === bytes.length;
}
