import { describe, expect, it } from 'vitest';
import { importPrivateCryptoKey } from '../../src/crypto/forms/crypto-key.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { jwkThumbprint } from '../../src/crypto/thumbprint.ts';

describe('createSigner', () => {
  it('names the key by its thumbprint, unless told otherwise', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    expect(createSigner({ privateKey }).keyid).toBe(await jwkThumbprint(publicKey.jwk));
    expect(createSigner({ privateKey, keyid: 'mine' })).toMatchObject({ keyid: 'mine', algorithm: 'ed25519' });
  });

  it('signs with the key, also taken apart', async () => {
    const { privateKey, publicKey } = await generateKeyPair({ algorithm: 'ecdsa-p256-sha256' });
    const { sign } = createSigner({ privateKey });
    expect(await publicKey.verify(new Uint8Array(4), await sign(new Uint8Array(4)))).toBe(true);
  });

  it('refuses what is no private key, and a keyid that no field can carry', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    for (const key of [publicKey, undefined, {}])
      expect(() => createSigner({ privateKey: key as never })).toThrow('privateKey must be an imported PrivateKey');
    for (const keyid of ['', 'ü', 'a\n']) expect(() => createSigner({ privateKey, keyid })).toThrow(RangeError);
    const alone = await importPrivateCryptoKey(
      ((await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair).privateKey,
    );
    expect(() => createSigner({ privateKey: alone })).toThrow('keyid must be a string');
    expect(createSigner({ privateKey: alone, keyid: 'a' }).keyid).toBe('a');
  });
});
