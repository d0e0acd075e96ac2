import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { secretFromJwk } from '../../../src/crypto/forms/secret-jwk.ts';
import { hmacKey, hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { generateSecret, secretBytes } from '../../../src/crypto/hmac/secret.ts';
import { rounds } from '../../support/rounds.ts';

afterEach(() => vi.unstubAllGlobals());

const refused = (secret: unknown, message: RegExp): void => {
  expect(() => hmacKey(secret as string)).toThrow(message);
  expect(() => hmacSigner({ keyid: 'a', secret: secret as string })).toThrow(message);
};

describe('the length of a secret', () => {
  it('is 32 bytes, or 16 with insecurelyAllowShortSecret, counted in UTF-8', () => {
    for (const secret of ['', 'short', 'x'.repeat(31), new Uint8Array(31)]) refused(secret, /^secret must be at least 32 bytes/);
    expect(hmacKey('x'.repeat(32)).algorithm).toBe('hmac-sha256');
    expect(hmacKey('ä'.repeat(16)).algorithm).toBe('hmac-sha256');
    const options = { insecurelyAllowShortSecret: true };
    expect(hmacKey('x'.repeat(16), options).algorithm).toBe('hmac-sha256');
    for (const secret of ['', 'x'.repeat(15), new Uint8Array(15)])
      expect(() => hmacKey(secret, options)).toThrow('secret must be at least 16 bytes');
  });

  it('may exceed the block of the hash', () => {
    expect(secretBytes('x'.repeat(200), {})).toHaveLength(200);
  });
});

describe('what is no secret', () => {
  const spki = { type: 'spki', format: 'der' } as const;
  const pkcs8 = { type: 'pkcs8', format: 'der' } as const;
  const pairs = {
    ed25519: generateKeyPairSync('ed25519'),
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  const ders: Record<string, Buffer> = {};
  for (const [name, { publicKey, privateKey }] of Object.entries(pairs)) {
    ders[`${name} SPKI`] = publicKey.export(spki);
    ders[`${name} PKCS #8`] = privateKey.export(pkcs8);
  }
  ders['RSA PKCS #1 public'] = pairs.rsa.publicKey.export({ type: 'pkcs1', format: 'der' });
  ders['RSA PKCS #1 private'] = pairs.rsa.privateKey.export({ type: 'pkcs1', format: 'der' });
  ders['EC SEC 1'] = pairs.p256.privateKey.export({ type: 'sec1', format: 'der' });

  const ssh = (kind: string, ...fields: readonly Buffer[]): string => {
    const parts = [Buffer.from(kind), ...fields].flatMap((field) => [Buffer.from([0, 0, 0, field.length]), field]);
    return `${kind} ${Buffer.concat(parts).toString('base64')} jdoe@example`;
  };
  const pems = Object.values(pairs).flatMap(({ publicKey, privateKey }) => [
    publicKey.export({ type: 'spki', format: 'pem' }) as string,
    privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  ]);
  const jwks = Object.values(pairs).flatMap(({ publicKey, privateKey }) =>
    [publicKey, privateKey].map((key) => key.export({ format: 'jwk' })),
  );
  const texts: readonly (readonly [string, string])[] = [
    ...Object.entries(ders).flatMap(([name, der]) => {
      const hex = der.toString('hex');
      const spellings = {
        Base64: der.toString('base64'),
        'Base64 in lines': der.toString('base64').replace(/.{64}/g, '$&\n'),
        'Base64 without padding': der.toString('base64').replace(/=+$/, ''),
        base64url: der.toString('base64url'),
        'base64url with padding': der.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
        hex,
        'upper-case hex': hex.toUpperCase(),
        'hex with a prefix': `0x${hex}`,
        'hex with colons': hex.replace(/..(?=.)/g, '$&:'),
        'hex in lines': hex.replace(/.{60}/g, '$&\n'),
      };
      return Object.entries(spellings).map(([spelling, text]) => [`${name}, ${spelling}`, text] as const);
    }),
    ...pems.map((pem, index) => [`PEM ${index}`, pem] as const),
    ...pems.map((pem, index) => [`PEM ${index} on one line`, pem.replaceAll('\n', '\\n')] as const),
    ...jwks.flatMap((jwk, index): readonly (readonly [string, string])[] => [
      [`JWK ${index}`, JSON.stringify(jwk)],
      [`JWK ${index} indented`, JSON.stringify(jwk, null, 2)],
      [`JWK ${index} in a list`, JSON.stringify([jwk])],
      [`JWK ${index} in a set`, JSON.stringify({ keys: [jwk] })],
      [`JWK ${index} as text in JSON`, JSON.stringify(JSON.stringify(jwk))],
    ]),
    ['ssh-ed25519', ssh('ssh-ed25519', Buffer.alloc(32, 7))],
    ['ssh-rsa', ssh('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(129, 0x7f))],
    ['ecdsa-sha2-nistp256', ssh('ecdsa-sha2-nistp256', Buffer.from('nistp256'), Buffer.alloc(65, 4))],
    ['a line of authorized_keys', `no-pty,command="date" ${ssh('ssh-ed25519', Buffer.alloc(32, 7))}`],
    ['ssh-ed25519 without its name', ssh('ssh-ed25519', Buffer.alloc(32, 7)).split(' ')[1]!],
  ];
  const dressed: Readonly<Record<string, (text: string) => string>> = {
    bare: (text) => text,
    'with a line feed': (text) => `${text}\n`,
    'with a line feed of Windows before it': (text) => `\r\n${text}`,
    'with a byte order mark': (text) => `\ufeff${text}`,
    'in quotes': (text) => `"${text}"`,
    'in single quotes and blanks': (text) => ` '${text}' `,
  };

  it.each(Object.keys(dressed))('is a key in any text, %s', (dress) => {
    for (const [name, text] of texts) {
      expect(() => hmacKey(dressed[dress]!(text)), name).toThrow(
        new TypeError('secret is a key for another algorithm (PEM, DER, JWK or SSH), not a secret'),
      );
      expect(() => hmacKey(new TextEncoder().encode(dressed[dress]!(text))), name).toThrow(/^secret is a key for another algorithm/);
    }
  });

  it('is a key in DER', () => {
    for (const [name, der] of Object.entries(ders))
      expect(() => hmacKey(new Uint8Array(der)), name).toThrow(/^secret is a key for another algorithm/);
  });

  it('is a JWK as an object: the message names the function', () => {
    for (const jwk of [...jwks, { kty: 'oct', k: 'AAAA' }]) refused(jwk, /^secret must be .* for a JWK there is secretFromJwk$/);
  });

  it('is anything but text or bytes, and no text with lone surrogates', () => {
    for (const secret of [null, 5, [], {}, new ArrayBuffer(32), () => 'x', new Date()]) refused(secret, /^secret must be well-formed text/);
    refused(`${'x'.repeat(32)}\ud800`, /^secret must be well-formed text/);
  });

  it('is undefined, which says where it may come from', () => {
    refused(undefined, /^secret is undefined: is the variable of the environment set\?$/);
  });

  it('is a promise', () => {
    refused(Promise.resolve('x'.repeat(32)), /^secret is a promise: await it first$/);
  });

  it('is the text of an object', () => {
    for (const secret of [String({}), `${new Map()}`, String(async () => 5).replace(/.*/s, '[object Promise]')])
      refused(secret, /^secret is an object that was made a text$/);
  });

  it('hardly ever a random one', () => {
    for (let round = 0; round < rounds(5000); round++) expect(secretBytes(randomBytes(32), {})).toHaveLength(32);
    // Begins like DER, but is not as long as it says, or goes on otherwise.
    expect(
      secretBytes(
        Uint8Array.from({ length: 32 }, (_, index) => [0x30, 0x1f, 0x30, 5, 6][index] ?? 0),
        {},
      ),
    ).toHaveLength(32);
    expect(
      secretBytes(
        Uint8Array.from({ length: 32 }, (_, index) => [0x30, 0x1e, 0x31, 5, 6][index] ?? 0),
        {},
      ),
    ).toHaveLength(32);
  });
});

describe('the ends of a text secret', () => {
  const secret = 'correct horse battery staple, 32+';

  it('are no blanks, line feeds, byte order marks or characters that nobody sees', () => {
    for (const blank of ['\n', '\r\n', ' ', '\t', '\ufeff', '\u00a0', '\u200b', '\u2028', '\v'])
      for (const text of [`${secret}${blank}`, `${blank}${secret}`])
        refused(text, /^secret has white space or an invisible character at an end: trim it, or give its bytes if that belongs to it$/);
  });

  it('are no quotes', () => {
    for (const text of [`"${secret}"`, `'${secret}'`, `\`${secret}\``, `\u201c${secret}\u201d`])
      refused(text, /^secret stands in quotes: take them away, or give its bytes if they belong to it$/);
    for (const text of [`"${secret}`, `${secret}'`, `a"${secret}"b`, `${secret.slice(0, 9)}\n${secret}`])
      expect(hmacKey(text).algorithm).toBe('hmac-sha256');
  });

  it('are looked at in texts only: bytes are what they are', () => {
    for (const text of [`${secret}\n`, ` ${secret}`, `"${secret}"`])
      expect(secretBytes(new TextEncoder().encode(text), {})).toHaveLength(text.length);
  });
});

describe('a secret in a page', () => {
  const message = /^secret: whoever opens a page can read it/;

  it('needs insecurelyAllowInBrowser', () => {
    vi.stubGlobal('document', {});
    refused('x'.repeat(32), message);
    expect(hmacKey('x'.repeat(32), { insecurelyAllowInBrowser: true }).algorithm).toBe('hmac-sha256');
    expect(hmacSigner({ keyid: 'a', secret: 'x'.repeat(32), insecurelyAllowInBrowser: true }).keyid).toBe('a');
  });

  it('needs it in the workers of a page too', () => {
    vi.stubGlobal('WorkerGlobalScope', class {});
    vi.stubGlobal('importScripts', () => undefined);
    refused('x'.repeat(32), message);
    expect(hmacKey('x'.repeat(32), { insecurelyAllowInBrowser: true }).algorithm).toBe('hmac-sha256');
  });

  it('does not need it in what servers call a worker', () => {
    const places: Readonly<Record<string, () => void>> = {
      'without importScripts': () => vi.stubGlobal('importScripts', undefined),
      Deno: () => vi.stubGlobal('Deno', {}),
      Bun: () => vi.stubGlobal('Bun', {}),
      workerd: () => vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' }),
    };
    for (const [name, enter] of Object.entries(places)) {
      vi.stubGlobal('WorkerGlobalScope', class {});
      vi.stubGlobal('importScripts', () => undefined);
      enter();
      expect(hmacKey('x'.repeat(32)).algorithm, name).toBe('hmac-sha256');
      vi.unstubAllGlobals();
    }
  });

  it('may be a CryptoKey, which a page cannot read', async () => {
    const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    vi.stubGlobal('document', {});
    expect(hmacKey(key).algorithm).toBe('hmac-sha256');
  });
});

describe('secrets that are new, or come as JWK', () => {
  it('have 32 bytes, and are never the same', () => {
    expect(generateSecret()).toHaveLength(32);
    expect(generateSecret()).not.toEqual(generateSecret());
  });

  it('come from the source given', () => {
    expect(generateSecret({ randomBytes: (length) => new Uint8Array(length).fill(9) })).toEqual(new Uint8Array(32).fill(9));
    expect(() => generateSecret({ randomBytes: () => new Uint8Array(8) })).toThrow('randomBytes must return');
  });

  it('are read from JWK', () => {
    const k = Buffer.from('x'.repeat(32)).toString('base64url');
    for (const jwk of [
      { kty: 'oct', k },
      { kty: 'oct', k, alg: 'HS256', kid: 'a' },
    ])
      expect(secretFromJwk(jwk)).toEqual(new TextEncoder().encode('x'.repeat(32)));
    expect(() => secretFromJwk({ kty: 'OKP', k: 'AAAA' })).toThrow('jwk must be of kty oct and for HS256');
    expect(() => secretFromJwk({ kty: 'oct', k: 'AAAA', alg: 'HS512' })).toThrow('jwk must be of kty oct and for HS256');
    expect(() => secretFromJwk({ kty: 'oct' })).toThrow('jwk.k must be');
    expect(() => secretFromJwk(Object.create({ kty: 'oct', k: 'AAAA' }))).toThrow(TypeError);
    expect(() => secretFromJwk(JSON.stringify({ kty: 'oct', k }) as never)).toThrow('jwk must be an object: JSON.parse the text first');
    expect(() => secretFromJwk(Promise.resolve({ kty: 'oct', k }) as never)).toThrow('jwk is a promise: await it first');
  });
});
