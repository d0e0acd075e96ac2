/**
 * Ed25519 signatures on which implementations disagree, made deterministically, each with the verdict of our rule.
 *
 * The rule, in its own words and by other means than the library's: A and R are canonical encodings of points that are
 * not of small order, S < L, and SB = R + kA holds exactly, not only up to the cofactor.
 *
 * @see eprint 2020/1244, "Taming the many EdDSAs"; ZIP 215 and its 196 pairs of small-order points
 * @module
 */

import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';

/** Everything in lower-case hexadecimal: plain data, to be carried into any runtime. */
export interface HostileVector {
  readonly group: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const MASK = 2n ** 255n - 1n;
const { BASE, ZERO } = Point;

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const reverse = (hex: string): string => (hex.match(/../g) ?? []).reverse().join('');
const encodeNumber = (value: bigint): string => reverse(value.toString(16).padStart(64, '0'));
const decodeNumber = (hex: string): bigint => BigInt(`0x${reverse(hex)}`);
const mod = (value: bigint): bigint => ((value % L) + L) % L;
const encode = (point: Point): string => toHex(point.toBytes());
const times = (point: Point, scalar: bigint): Point => point.multiply(mod(scalar), false);

/** A number below L that depends on the label only. */
function scalar(label: string): bigint {
  return mod(decodeNumber(toHex(sha512(new TextEncoder().encode(label)))));
}

function challenge(r: string, a: string, message: string): bigint {
  return mod(decodeNumber(toHex(sha512(fromHex(r + a + message)))));
}

/** The point of a canonical encoding that is not of small order. */
function decodePoint(hex: string): Point | undefined {
  if (hex.length !== 64 || (decodeNumber(hex) & MASK) >= P) return undefined;
  try {
    const point = Point.fromHex(hex, false);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

/** The rule. */
export function expectedVerdict({ publicKey, message, signature }: Omit<HostileVector, 'group' | 'valid'>): boolean {
  if (signature.length !== 128) return false;
  const a = decodePoint(publicKey);
  const r = decodePoint(signature.slice(0, 64));
  const s = decodeNumber(signature.slice(64));
  if (a === undefined || r === undefined || s >= L) return false;
  return times(BASE, s).equals(r.add(times(a, challenge(signature.slice(0, 64), publicKey, message))));
}

/** The eight points of small order, from one of order eight: the part of any point that L does not kill. */
function torsion(): readonly Point[] {
  for (let y = 2n; ; y++) {
    let point: Point;
    try {
      point = Point.fromHex(encodeNumber(y), false);
    } catch {
      continue;
    }
    // L exceeds what multiply takes by one.
    const generator = point.multiply(L - 1n, false).add(point);
    if (generator.multiply(4n, false).equals(ZERO)) continue;
    return Array.from({ length: 8 }, (_, index) => (index === 0 ? ZERO : generator.multiply(BigInt(index), false)));
  }
}

/** Every encoding a lenient decoder takes for a point of small order: 8 canonical, 6 not. */
function smallOrderEncodings(points: readonly Point[]): readonly string[] {
  const sign = 2n ** 255n;
  const canonical = points.map(encode);
  return [...canonical, ...[1n + sign, P - 1n + sign, P, P + sign, P + 1n, P + 1n + sign].map(encodeNumber)];
}

interface Secret {
  readonly a: bigint;
  readonly key: Point;
}

function secret(label: string): Secret {
  const a = scalar(`key ${label}`);
  return { a, key: times(BASE, a) };
}

/** Signs with any R and A that differ from the honest ones by points of small order. */
function sign({ a, key }: Secret, message: string, plusA: Point = ZERO, plusR: Point = ZERO): Omit<HostileVector, 'group' | 'valid'> {
  const r = scalar(`nonce ${message} ${encode(plusA)} ${encode(plusR)}`);
  const publicKey = encode(key.add(plusA));
  const encodedR = encode(times(BASE, r).add(plusR));
  return { publicKey, message, signature: encodedR + encodeNumber(mod(r + challenge(encodedR, publicKey, message) * a)) };
}

const message = (label: string): string => toHex(new TextEncoder().encode(label));

function flip(hex: string, bit: number): string {
  const bytes = fromHex(hex);
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  return toHex(bytes);
}

type Unjudged = Omit<HostileVector, 'valid'>;

function* honestAndFlipped(): Iterable<Unjudged> {
  for (let index = 0; index < 32; index++) {
    const honest = sign(secret(`honest ${index}`), message('x'.repeat(index * 7)));
    yield { group: 'honest', ...honest };
    yield { group: 'bit flip', ...honest, signature: flip(honest.signature, (index * 37) % 512) };
    yield { group: 'bit flip', ...honest, publicKey: flip(honest.publicKey, (index * 41) % 256) };
    if (index > 0) yield { group: 'bit flip', ...honest, message: flip(honest.message, index) };
  }
}

function* largeScalars(): Iterable<Unjudged> {
  for (let index = 0; index < 12; index++) {
    const honest = sign(secret('scalar'), message(`scalar ${index}`));
    const r = honest.signature.slice(0, 64);
    const s = decodeNumber(honest.signature.slice(64));
    for (let factor = 1n; s + factor * L < 2n ** 256n; factor++)
      yield { group: 'S + kL', ...honest, signature: r + encodeNumber(s + factor * L) };
    if (index > 0) continue;
    for (const other of [0n, 1n, L - 1n, L, L + 1n, 2n ** 253n, 2n ** 255n, 2n ** 256n - 1n])
      yield { group: 'S', ...honest, signature: r + encodeNumber(other) };
  }
}

function* smallOrder(points: readonly Point[]): Iterable<Unjudged> {
  const encodings = smallOrderEncodings(points);
  const zero = encodeNumber(0n);
  for (const publicKey of encodings) {
    for (const r of encodings) yield { group: 'ZIP 215', publicKey, message: message('Zcash'), signature: r + zero };
    // With A of small order, about every eighth SB is a signature of any message, by nobody.
    for (let index = 0; index < 6; index++) {
      const s = scalar(`universal ${index}`);
      yield { group: 'small A', publicKey, message: message(`universal ${index}`), signature: encode(times(BASE, s)) + encodeNumber(s) };
    }
  }
  const { a, key } = secret('small R');
  for (const r of encodings) {
    const text = message('small R');
    yield {
      group: 'small R',
      publicKey: encode(key),
      message: text,
      signature: r + encodeNumber(mod(challenge(r, encode(key), text) * a)),
    };
  }
}

function* mixedOrder(points: readonly Point[]): Iterable<Unjudged> {
  const signer = secret('mixed');
  for (const [index, point] of points.slice(1).entries()) {
    for (let round = 0; round < 6; round++) {
      yield { group: 'mixed A', ...sign(signer, message(`A ${index} ${round}`), point) };
      yield { group: 'mixed R', ...sign(signer, message(`R ${index} ${round}`), ZERO, point) };
      yield { group: 'mixed A and R', ...sign(signer, message(`AR ${index} ${round}`), point, points[1 + ((index + round) % 7)]) };
    }
  }
}

/** Signatures that hold exactly although A and R are mixed: what small order one adds, the other takes away. */
function* cofactorSplits(points: readonly Point[]): Iterable<Unjudged> {
  const signer = secret('split');
  for (const [index, point] of points.slice(1).entries()) {
    for (let round = 0, found = 0; found < 2; round++) {
      const made = sign(signer, message(`split ${index} ${round}`), point, points[1 + (round % 7)]);
      if (!expectedVerdict(made)) continue;
      found++;
      yield { group: 'cofactor split', ...made };
    }
  }
}

function* malformed(): Iterable<Unjudged> {
  const honest = sign(secret('malformed'), message('malformed'));
  const { publicKey, signature } = honest;
  for (const text of ['', signature.slice(2), signature.slice(0, 126), `${signature}00`, signature + signature])
    yield { group: 'length', ...honest, signature: text };
  for (const text of ['', publicKey.slice(2), `${publicKey}00`]) yield { group: 'length', ...honest, publicKey: text };
  for (let y = 0n; y < 19n; y++) {
    // Not below p, so a second encoding of y; where y is below p, about half lie on no curve.
    for (const number of [P + y, y + 2n]) {
      yield { group: 'odd A', ...honest, publicKey: encodeNumber(number) };
      yield { group: 'odd R', ...honest, signature: encodeNumber(number) + signature.slice(64) };
    }
  }
}

/** The whole set, about 800 vectors; the same at every call. Takes a second or two: make it once and carry the data. */
export function hostileEd25519Vectors(): readonly HostileVector[] {
  const points = torsion();
  const made = [
    ...honestAndFlipped(),
    ...largeScalars(),
    ...smallOrder(points),
    ...mixedOrder(points),
    ...cofactorSplits(points),
    ...malformed(),
  ];
  return made.map((vector) => ({ ...vector, valid: expectedVerdict(vector) }));
}
