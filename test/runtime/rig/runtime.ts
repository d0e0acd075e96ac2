/**
 * What a runtime is to the matrix: a name, a version, and a way to run the one suite in it.
 *
 * @module
 */

import type { SuiteConfig, SuiteResult } from '../suite/config.ts';

/** The suite as every runtime can take it. All of it is made of the built package, once, before the runs. */
export interface SuiteBundle {
  /** A folder whose `node_modules` has the package as it is published. */
  readonly folder: string;
  /** Reads its config from stdin and writes its result to stdout; imports the package from `folder`. Node, Deno, Bun. */
  readonly process: string;
  /** A module worker with the package inside. */
  readonly worker: string;
  /** A module for pages, with the package inside. */
  readonly page: string;
  /** A script for edge-runtime, with the package inside. */
  readonly edge: string;
  /** A script for engines without Web APIs, with the package inside. */
  readonly bare: string;
  /** The verifying servers of the cross matrix, and the one that pages open signed URLs of. */
  readonly servers: {
    readonly node: string;
    readonly deno: string;
    readonly bun: string;
    readonly worker: string;
    readonly carriers: string;
  };
}

/** A server that verifies what it is sent. */
export interface VerifyingServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** What a verifying server is told: whom it answers for. */
export interface ServerConfig {
  readonly authorities: readonly string[];
}

/** One runtime. Adding one is a file in `runtimes/` of this shape. */
export interface Runtime {
  /** As on the command line: `node-20`. */
  readonly name: string;
  /** As in the table: `Node 20`. */
  readonly title: string;
  /** The version that runs, or `undefined` if it is not installed. */
  version(): Promise<string | undefined>;
  run(bundle: SuiteBundle, config: SuiteConfig): Promise<SuiteResult>;
  /** Starts the verifying server of the cross matrix, where the runtime is one for servers. */
  serve?(bundle: SuiteBundle, config: ServerConfig): Promise<VerifyingServer>;
}
