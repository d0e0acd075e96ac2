import { expect, it } from 'vitest';
import { importPublicKeyPem } from '../../src/crypto/forms/import.ts';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import type { VerificationKey } from '../../src/crypto/key.ts';
import type { VerificationError } from '../../src/errors.ts';
import { createVerifier } from '../../src/http/verifier.ts';
import { fromBase64 } from '../../src/internal/base64.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { createSignatureBase } from '../../src/rfc9421/base.ts';
import type { FieldLines, RequestMessage } from '../../src/rfc9421/message.ts';
import { parseSignatureFields } from '../../src/rfc9421/signature-fields.ts';
import { requestSource, responseSource } from '../../src/rfc9421/source.ts';

import { describeWithVectors, readVectorJson } from '../support/vectors.ts';

interface Message {
  readonly method?: string;
  readonly target?: string;
  readonly url?: string;
  readonly status?: number;
  readonly headers: FieldLines;
  readonly body: string;
  readonly req?: Message;
}

interface Vector {
  readonly name: string;
  readonly alg: VerificationKey['algorithm'];
  readonly kid: string;
  readonly message: Message;
  readonly label: string;
  readonly signatureInput: string;
  readonly signature: string;
  readonly base: string;
  readonly expectValid: boolean;
}

interface Suite {
  readonly keys: Record<string, { readonly pub?: string; readonly secretBase64?: string }>;
  readonly vectors: readonly Vector[];
}

const LIMITS = { labels: 8, components: 32, parameterizedComponents: 32 };

function requestOf({ method = '', target = '', url = '', headers, body }: Message): RequestMessage {
  const [, scheme = '', authority = ''] = /^(\w+):\/\/([^/]+)/.exec(url) ?? [];
  return { method, scheme, authority, target, fields: headers, body: encodeUtf8(body) };
}

describeWithVectors('RFC 9421 examples', () => {
  const suite = readVectorJson<Suite>('rfc9421.json');

  async function keyOf({ kid, alg }: Vector): Promise<VerificationKey> {
    const { pub, secretBase64 } = suite.keys[kid]!;
    return secretBase64 === undefined ? importPublicKeyPem(pub!, { algorithm: alg }) : hmacKey(fromBase64(secretBase64)!);
  }

  it('holds all 21 of them', () => {
    expect(suite.vectors.length).toBe(21);
    expect(suite.vectors.filter(({ expectValid }) => expectValid).length).toBe(17);
  });

  for (const vector of suite.vectors) {
    it(`${vector.name}: the base byte for byte, and the verdict`, async () => {
      const { message } = vector;
      const source =
        message.method === undefined
          ? responseSource({ status: message.status!, fields: message.headers }, message.req && requestOf(message.req))
          : requestSource(requestOf(message));
      const input = `${vector.label}=${vector.signatureInput}`;
      const [candidate] = parseSignatureFields(input, `${vector.label}=:${vector.signature}:`, LIMITS);
      const signature = candidate!.read();
      const base = createSignatureBase(source, signature.components, signature.params);
      const key = await keyOf(vector);
      const holds = await key.verify(encodeUtf8(base), signature.signature);
      if (vector.expectValid) expect(base).toBe(vector.base);
      expect(holds).toBe(vector.expectValid);
    });

    const { message } = vector;
    if (message.method === undefined) continue;
    const judgeAt = async (now: number): Promise<string> => {
      const key = await keyOf(vector);
      const verifier = createVerifier({
        insecurelyTrustHost: true,
        resolveKey: () => key,
        replayStore: { consume: () => 'consumed' },
        limits: LIMITS,
        now: () => now,
        policy: (untrusted) =>
          untrusted.label === vector.label
            ? {
                tag: untrusted.tag,
                maxAge: 2 ** 30,
                insecurelyAllowMissingNonce: true,
                insecurelyAllowUncovered: [
                  '@method',
                  '@authority',
                  '@path',
                  '@query',
                  'content-type',
                  'content-encoding',
                  'content-digest',
                ],
              }
            : undefined,
      });
      return verifier.verifyRequest(requestOf(message)).then(
        () => 'accepted',
        (error: VerificationError) => error.code,
      );
    };
    it(`${vector.name}: through the verifier`, async () => {
      expect(await judgeAt(1_618_884_480)).toBe(vector.expectValid ? 'accepted' : 'signature_mismatch');
    });
    if (!vector.signatureInput.includes('expires=')) continue;
    it(`${vector.name}: refused once it has expired`, async () => {
      expect(await judgeAt(1_700_000_000)).toBe('expired');
    });
  }
});
