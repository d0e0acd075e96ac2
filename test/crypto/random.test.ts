import { afterEach, describe, expect, it, vi } from 'vitest';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { randomNonce } from '../../src/crypto/random.ts';
import { createSigner } from '../../src/crypto/signer.ts';

const newSigner = () => hmacSigner({ keyid: 'a', secret: 'x'.repeat(32) });

/** A source that counts, each draw filled with the number of the draw. */
function countedSource() {
  const lengths: number[] = [];
  vi.stubGlobal('crypto', {
    getRandomValues: (bytes: Uint8Array) => {
      lengths.push(bytes.length);
      return bytes.fill(lengths.length);
    },
  });
  return lengths;
}

afterEach(() => vi.unstubAllGlobals());

describe('randomNonce', () => {
  it('is 16 bytes in base64url, and never the same', async () => {
    const signers = [newSigner(), createSigner({ privateKey: (await generateKeyPair()).privateKey }), { ...newSigner() }];
    const nonces = signers.flatMap((signer) => Array.from({ length: 2000 }, () => randomNonce(signer)));
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
    expect(new Set(nonces).size).toBe(6000);
  });

  it('draws nothing before the first nonce, and then ever more at a time, up to 4 KiB', () => {
    const lengths = countedSource();
    const signer = newSigner();
    expect(lengths).toEqual([]);
    const nonces = Array.from({ length: 1 + 4 + 16 + 64 + 256 + 256 }, () => randomNonce(signer));
    expect(lengths).toEqual([16, 64, 256, 1024, 4096, 4096]);
    expect([...new Set(nonces)]).toEqual([1, 2, 3, 4, 5, 6].map((draw) => Buffer.alloc(16, draw).toString('base64url')));
  });

  it('draws for each signer from a pool of its own', () => {
    const lengths = countedSource();
    const [one, other] = [newSigner(), newSigner()];
    for (const signer of [one, other, one, other]) randomNonce(signer);
    expect(lengths).toEqual([16, 16, 64, 64]);
  });

  it("draws one at a time for a signer of the application's own, also one made of ours", () => {
    const lengths = countedSource();
    for (const signer of [{}, { ...newSigner() }]) {
      randomNonce(signer);
      randomNonce(signer);
    }
    expect(lengths).toEqual([16, 16, 16, 16]);
  });

  it('asks a source that is given for each nonce, and leaves the pool alone', () => {
    const drawn = countedSource();
    const signer = newSigner();
    const lengths: number[] = [];
    const source = (length: number): Uint8Array => {
      lengths.push(length);
      return new Uint8Array(length).fill(lengths.length);
    };
    expect([randomNonce(signer, source), randomNonce(signer, source)]).toEqual(['AQEBAQEBAQEBAQEBAQEBAQ', 'AgICAgICAgICAgICAgICAg']);
    expect([lengths, drawn]).toEqual([[16, 16], []]);
  });

  it('refuses a source that gives something else, and a runtime without one', () => {
    for (const wrong of [() => new Uint8Array(15), () => [], () => undefined, () => 'x'.repeat(16), async () => new Uint8Array(16)])
      expect(() => randomNonce(newSigner(), wrong as never)).toThrow(/^randomBytes must return/);
    for (const wrong of [null, 5, 'random'])
      expect(() => randomNonce(newSigner(), wrong as never)).toThrow('randomBytes must be a function');
    vi.stubGlobal('crypto', undefined);
    expect(() => randomNonce(newSigner())).toThrow(/^randomBytes must be given/);
  });

  it('is not seen on the signer', () => {
    const signer = newSigner();
    randomNonce(signer);
    expect(Object.keys(signer)).toEqual(['keyid', 'algorithm', 'sign']);
    expect(Object.isFrozen(signer)).toBe(true);
  });
});
