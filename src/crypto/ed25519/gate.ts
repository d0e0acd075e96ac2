/**
 * The gate: what is no Ed25519 signature or key, whatever the runtime beneath would say.
 *
 * No two implementations agree on hostile inputs: whether a point of small order counts, or one encoded in a second
 * way, or a scalar beyond the group order. Refusing those first, by their bytes, leaves only inputs on which all agree.
 *
 * @see RFC 8032, sections 5.1.3 and 5.1.7; "Taming the many EdDSAs" (eprint 2020/1244)
 * @module
 */

/** The order of the group. */
const L: bigint = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The field prime. */
const P: bigint = 2n ** 255n - 19n;

/** 32 bytes as the number they are. */
function littleEndian({ buffer, byteOffset, length }: Uint8Array): bigint {
  const words = new DataView(buffer, byteOffset, length);
  let number = 0n;
  for (let at = length - 8; at >= 0; at -= 8) number = (number << 64n) | words.getBigUint64(at, true);
  return number;
}

/** Whether 32 bytes encode y canonically (y < p) and no point of small order. The highest bit is the sign of x: it changes nothing. */
function isPoint(bytes: Uint8Array): boolean {
  const y = BigInt.asUintN(255, littleEndian(bytes));
  const square = (y * y) % P;
  // Of order 4: y = 0. Of order 1 and 2: y = ±1, so that y² is 0 or 1. Of order 8: twice such a point has y = 0, so that x² = -y², and the curve's
  // equation, with d = -121665/121666, becomes d·y⁴ + 2·y² - 1 = 0.
  return y < P && square > 1n && (121665n * square * square - 243332n * square + 121666n) % P !== 0n;
}

/** Whether these bytes may be a public key. (That they lie on the curve shows in the verification.) */
export function isAcceptableKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && isPoint(bytes);
}

/** Whether these bytes, R and S, may be a signature. Nothing here is secret, so nothing need take constant time. */
export function isAcceptableSignature(signature: Uint8Array): boolean {
  return signature.length === 64 && isPoint(signature.subarray(0, 32)) && littleEndian(signature.subarray(32)) < L;
}
