/**
 * The three families of failure, the same everywhere, and silent about secrets.
 *
 * @module
 */

import {
  createVerifier,
  hmacKey,
  hmacSigner,
  isSignedFetchError,
  isVerificationError,
  SignedFetchError,
  signRequest,
  VerificationError,
} from 'countersign';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine } from './engine.ts';
import { IN_PAGE, SECRET } from './keys.ts';
import { coins } from './sign-tests.ts';
import { signedCoins, suiteVerifier } from './verify-tests.ts';

/** Declares the tests. */
export function errorTests(test: Declare): void {
  test('the caller: TypeError and RangeError, at once', async () => {
    await refuses(() => createVerifier({} as never), 'TypeError');
    await refuses(() => createVerifier({ resolveKey: () => null, replayStore: { consume: () => 'consumed' } } as never), 'TypeError');
    await refuses(() => hmacSigner({ keyid: 'é', secret: SECRET, ...IN_PAGE }), 'RangeError');
    await refuses(() => signRequest(coins(), undefined as never), 'TypeError');
  });
  test('the peer: VerificationError with its problem document', async () => {
    const refusal = await refusalOf();
    ok(refusal instanceof VerificationError && refusal instanceof Error, 'the class');
    equal(
      [isVerificationError(refusal), isSignedFetchError(refusal), isVerificationError({}), isVerificationError(null)],
      [true, false, false, false],
    );
    const { status, headers, body } = refusal.toProblem();
    equal(
      [status, headers['content-type'], headers['www-authenticate'], headers['cache-control']],
      [401, 'application/problem+json', 'Signature error="signature_mismatch"', 'no-store'],
    );
    const { type, code } = JSON.parse(body) as { readonly type: string; readonly code: string };
    equal([type, code], ['urn:countersign:problem:signature_mismatch', 'signature_mismatch']);
  });
  test('the signed fetch: SignedFetchError, which is no TypeError', () => {
    const error = new SignedFetchError('redirect_forbidden', 'no', { target: 'https://other.example/' });
    equal(
      [isSignedFetchError(error), error instanceof TypeError, error.code, error.target],
      [true, false, 'redirect_forbidden', 'https://other.example/'],
    );
  });
  test('no error, key or signer shows a secret', async () => {
    const shown = [hmacKey(SECRET, IN_PAGE), hmacSigner({ keyid: 'jdoe', secret: SECRET, ...IN_PAGE }), await refusalOf()];
    for (const value of shown)
      ok(
        !`${JSON.stringify(value)} ${String(value)} ${Object.values(value).map(String)}`.includes(SECRET.slice(0, 8)),
        'nothing of the secret',
      );
  });
  if (typeof Response === 'undefined') return;
  test('a refusal is a Response', async () => {
    const response = (await refusalOf()).toResponse();
    equal([response.status, response.headers.get('content-type')], [401, 'application/problem+json']);
    equal(((await response.json()) as { readonly code: string }).code, 'signature_mismatch');
    ok(engine.Request, 'an engine with Response has Request');
  });
}

async function refusalOf(): Promise<VerificationError> {
  const message = { ...(await signedCoins()), method: 'PUT' };
  return (await refuses(() => suiteVerifier().verifyRequest(message), 'signature_mismatch')) as VerificationError;
}
