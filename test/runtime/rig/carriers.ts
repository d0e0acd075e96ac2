/**
 * Starts the server of signed URLs and payloads, with the package as it is published.
 *
 * @module
 */

import { startChild } from './child.ts';
import { awaitServer } from './process-runtime.ts';
import type { SuiteBundle, VerifyingServer } from './runtime.ts';

/** Starts it in a process of its own. */
export function startCarriers(bundle: SuiteBundle): Promise<VerifyingServer> {
  return awaitServer(startChild(process.execPath, [bundle.servers.carriers], { cwd: bundle.folder }));
}
