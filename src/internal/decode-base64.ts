import { STANDARD } from './base64.ts';
import { decode, reverse } from './decode-base64url.ts';

const STANDARD_VALUES = /* @__PURE__ */ reverse(STANDARD);

/** The bytes of canonical, padded Base64; `undefined` for anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  let length = text.length;
  if (length > 0 && text[length - 1] === '=') length -= text[length - 2] === '=' ? 2 : 1;
  return decode(text, length, STANDARD_VALUES);
}
