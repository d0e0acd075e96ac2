/**
 * Secrets do not belong into arguments: every user of the machine can read those, and the shell writes them down.
 *
 * @module
 */

import { UsageError } from './command.ts';
import { KeyFinder } from './scan/find-keys.ts';

/** What to do instead. */
export const NO_SECRET_HERE =
  'secrets are no arguments, which other users and the history of the shell show: give a file, a variable of the environment, or type it at the prompt';

const NAMES = /^(secret|token|password|pass|private-key|master-keys?|peppers?|claim-token|key)$/;

/** Whether an option of that name would have a secret for its value. */
export function namesSecret(name: string): boolean {
  return NAMES.test(name);
}

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|"(?:d|k)"\s*:\s*"[\w-]{32,}"/;

/** A user and a password in front of a host. */
const PASSWORD_IN_URL = /(?:^|=)[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i;

/**
 * Requires that none of the arguments holds a secret of ours, a private key, or an address with a password.
 *
 * @throws {UsageError} Naming the place, never the value.
 */
export function requireNoSecrets(argv: readonly string[]): void {
  const at = argv.findIndex(holdsSecret);
  if (at >= 0) throw new UsageError(`argument ${at + 1} holds a secret: ${NO_SECRET_HERE}`);
}

function holdsSecret(argument: string): boolean {
  if (PRIVATE_KEY.test(argument) || PASSWORD_IN_URL.test(argument)) return true;
  return new KeyFinder().find(argument, true).length > 0;
}
