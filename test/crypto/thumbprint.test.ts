import { describe, expect, it } from 'vitest';
import { jwkThumbprint } from '../../src/crypto/thumbprint.ts';

describe('JWK thumbprint', () => {
  it('is that of RFC 7638, section 3.1', async () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(await jwkThumbprint({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' })).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    );
  });

  it('is that of RFC 8037, appendix A.3, of either half', async () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    expect(await jwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
    expect(await jwkThumbprint({ x, crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', kty: 'OKP' })).toBe(
      'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    );
  });

  it('is not made of secrets, of parts, or of what is inherited', async () => {
    await expect(jwkThumbprint({ kty: 'oct', k: 'AAAA' })).rejects.toThrow('jwk is a secret');
    await expect(jwkThumbprint({ kty: 'EC', crv: 'P-256', x: 'AAAA' })).rejects.toThrow('jwk.y must be a string');
    await expect(jwkThumbprint({ kty: 'toString' })).rejects.toThrow('jwk.kty must be OKP, EC or RSA');
    await expect(jwkThumbprint(Object.create({ kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }))).rejects.toThrow(TypeError);
  });
});
