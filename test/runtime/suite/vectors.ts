/**
 * Every Ed25519 and HMAC vector of Wycheproof, and the hostile Ed25519 ones: the same verdict in every engine, on the
 * way it offers and in JavaScript alone.
 *
 * @module
 */

import bundled from 'vectors:all';
import { hmacKey, hmacSigner } from 'countersign';
import { importPublicKeyRaw } from 'countersign/key-pairs';
import { type Declare, equal, ok } from './collect.ts';
import { hex, unhex } from './engine.ts';

/** Hex throughout. */
export interface Ed25519Case {
  readonly name: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
  /** What must come out. */
  readonly valid: boolean;
}

/** Hex throughout. */
export interface HmacCase {
  readonly name: string;
  readonly secret: string;
  readonly message: string;
  readonly tag: string;
  readonly valid: boolean;
}

/** What `rig/vectors.ts` gathers. */
export interface BundledVectors {
  readonly ed25519: readonly Ed25519Case[];
  readonly hostile: readonly Ed25519Case[];
  readonly hmac: readonly HmacCase[];
}

const vectors: BundledVectors = bundled;

async function verdictOf({ publicKey, message, signature }: Ed25519Case): Promise<boolean> {
  try {
    const key = await importPublicKeyRaw(unhex(publicKey));
    return await key.verify(unhex(message), unhex(signature));
  } catch (error) {
    // A key that is refused at import verifies nothing; anything else is our mistake.
    if (error instanceof RangeError || error instanceof TypeError) return false;
    throw error;
  }
}

/** `1` or `0` for each vector, in order. */
export async function verdictString(): Promise<string> {
  let text = '';
  for (const one of [...vectors.ed25519, ...vectors.hostile]) text += (await verdictOf(one)) ? '1' : '0';
  return text;
}

function checkVerdicts(verdicts: string): void {
  const wrong = [...vectors.ed25519, ...vectors.hostile].filter(({ valid }, index) => (verdicts[index] === '1') !== valid);
  equal(
    wrong.map(({ name }) => name),
    [],
    'vectors judged wrongly',
  );
}

/** The tests of one verdict string: a test a file of vectors. */
export function vectorTests(native: string, javascript: string): (test: Declare) => void {
  return (test) => {
    test('there are vectors', () => ok(vectors.ed25519.length > 100 && vectors.hmac.length > 100, 'enough vectors'));
    test(`${native.length} Ed25519 vectors, as the runtime does it`, () => checkVerdicts(native));
    test(`${javascript.length} Ed25519 vectors, in JavaScript`, () => checkVerdicts(javascript));
    test(`${vectors.hmac.length} HMAC vectors`, checkHmac);
  };
}

async function checkHmac(): Promise<void> {
  for (const { name, secret, message, tag, valid } of vectors.hmac) {
    const options = { insecurelyAllowShortSecret: true, insecurelyAllowInBrowser: true };
    const signer = hmacSigner({ keyid: 'k', secret: unhex(secret), ...options });
    const made = hex(await signer.sign(unhex(message)));
    equal(made.startsWith(tag), valid, `${name}: sign`);
    // A truncated tag is right as far as it goes, and refused: RFC 9421 knows no truncation.
    const verdict = await hmacKey(unhex(secret), options).verify(unhex(message), unhex(tag));
    equal(verdict, valid && tag.length === 64, `${name}: verify`);
  }
}
