/**
 * The verifying servers of the cross matrix, one in each runtime that is for servers.
 *
 * @module
 */

import type { Runtime, SuiteBundle, VerifyingServer } from './runtime.ts';

/** Running servers, by the name of their runtime. */
export interface Servers {
  readonly titles: Readonly<Record<string, string>>;
  readonly origins: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts them all. */
export async function startServers(runtimes: readonly Runtime[], bundle: SuiteBundle, authorities: readonly string[]): Promise<Servers> {
  const started: [runtime: Runtime, server: VerifyingServer][] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map(([, server]) => server.close()));
  };
  try {
    for (const runtime of runtimes) {
      if (runtime.serve !== undefined && (await runtime.version()) !== undefined)
        started.push([runtime, await runtime.serve(bundle, { authorities })]);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const byName = (value: (runtime: Runtime, server: VerifyingServer) => string) =>
    Object.fromEntries(started.map(([runtime, server]) => [runtime.name, value(runtime, server)]));
  return { titles: byName(({ title }) => title), origins: byName((_runtime, { origin }) => origin), close };
}
