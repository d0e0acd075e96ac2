import { describe, expect, it } from 'vitest';
import { checkScopes, readScopes } from '../../src/adapter/shared/scopes.ts';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import type { VerifiedRequest } from '../../src/signature/verified/verified-request.ts';
import { verifierOf } from './support/servers.ts';

const SECRET = 'thirty-two bytes of a text secret, at least';

const message = { method: 'GET', scheme: 'http', authority: 'bank.example', target: '/', fields: [] };

async function verifiedWith(scopes: unknown): Promise<VerifiedRequest> {
  const { fields } = await signRequest(message, { signer: hmacSigner({ keyid: 'jdoe', secret: SECRET }) });
  const record = { key: hmacKey(SECRET), scopes } as never;
  return verifierOf({ resolveKey: () => record }).verifyRequest({ ...message, fields });
}

describe('scopes of a key record', () => {
  it.each([
    [['coins:read', 'coins:write'], ''],
    [['coins:read'], 'coins:write'],
    [[], 'coins:read, coins:write'],
    [null, 'coins:read, coins:write'],
    [undefined, 'coins:read, coins:write'],
    [['coins:*', 'COINS:READ', 'coins:write '], 'coins:read, coins:write'],
  ])('%j lack %j', async (scopes, lacking) => {
    const verified = await verifiedWith(scopes);
    const check = () => checkScopes(verified, ['coins:read', 'coins:write']);
    if (lacking === '') expect(check()).toBe(undefined);
    else expect(check).toThrow(expect.objectContaining({ code: 'scope_insufficient', status: 403, detail: `the key lacks ${lacking}` }));
  });

  it.each(['coins:read', [1], { 0: 'coins:read' }, 7])('are a list of texts, and %j is a fault of the program', async (scopes) => {
    await expect(verifiedWith(scopes)).rejects.toThrow(/^scopes of the key record that resolveKey answered/);
  });
});

it.each([[[]], [['']], ['coins:read'], [[1]]])('a route asks for scopes by name, not by %j', (scopes) => {
  expect(() => readScopes(scopes as readonly string[])).toThrow(TypeError);
});
