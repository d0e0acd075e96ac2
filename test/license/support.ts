import { isVerificationError } from '../../src/errors.ts';
import { type VerifyLicenseSyncOptions, verifyLicense, verifyLicenseSync } from '../../src/license/verify.ts';

import { codeOf } from '../support/bank.ts';

/** What a license is refused with, or `accepted`: by the way that waits and the way that does not, which must agree. */
export async function bothWays(license: string | Uint8Array, options: VerifyLicenseSyncOptions): Promise<string> {
  const [waiting, atOnce] = [await codeOf(() => verifyLicense(license, options)), codeNow(() => verifyLicenseSync(license, options))];
  return waiting === atOnce ? waiting : `${waiting}, but at once ${atOnce}`;
}

function codeNow(run: () => unknown): string {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (isVerificationError(error)) return error.code;
    throw error;
  }
}
