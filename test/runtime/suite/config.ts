/**
 * What goes into the suite and what comes out of it: plain JSON, since half of the runtimes are other processes.
 *
 * @module
 */

/** What one run is to do. */
export interface SuiteConfig {
  readonly runtime: string;
  /** The cross matrix, once its servers run. */
  readonly cross?: CrossConfig | undefined;
  readonly client?: ClientConfig | undefined;
  /** The origin of `rig/carrier-server.ts`, for pages. */
  readonly carriers?: string | undefined;
}

/** The servers that the signed fetch is tried against. */
export interface ClientConfig {
  /** Two recorders: see `rig/recorder.ts`. */
  readonly home: string;
  readonly away: string;
  /** A verifying server. */
  readonly verifier: string;
}

/** What a recorder writes down. */
export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body, byte by byte. */
  readonly hex: string;
}

/** Where the random requests go. */
export interface CrossConfig {
  readonly seed: number;
  /** How many requests to sign. */
  readonly count: number;
  /** Origins that are all read by one relay, which hands every request to every server. */
  readonly relays: readonly string[];
  /** The verifying servers themselves, by name. */
  readonly servers: Readonly<Record<string, string>>;
  /** How many requests each server gets without the relay between. */
  readonly direct: number;
}

/** One test. */
export interface TestOutcome {
  readonly name: string;
  /** Why it failed. */
  readonly error?: string | undefined;
}

/** What an engine has. */
export interface EngineFacts {
  readonly webCrypto: boolean;
  /** Whether its WebCrypto has Ed25519 and judges a hostile signature as RFC 8032 says. */
  readonly webEd25519: boolean;
  readonly nodeCrypto: boolean;
  /** `fetch`, `Request` and their kin. */
  readonly fetch: boolean;
  /** Whether a `Request` lets its form with a file be read. */
  readonly formFiles: boolean;
  /** A document, and a user who could read secrets in it. */
  readonly page: boolean;
  readonly secureContext: boolean;
}

/** What a run has found. */
export interface SuiteResult {
  readonly tests: readonly TestOutcome[];
  readonly engine: EngineFacts;
  /** `1` or `0` for every Ed25519 vector, the hostile ones included: on the way the runtime offers, and in JavaScript. */
  readonly verdicts: { readonly native: string; readonly javascript: string };
  /** What the signing side of the cross matrix saw. */
  readonly cross?: CrossResult | undefined;
}

/** The signing side of the cross matrix. */
export interface CrossResult {
  /** How many requests were signed and answered. */
  readonly sent: number;
  /** By server: honest requests, sent without the relay, that it accepted. */
  readonly accepted: Readonly<Record<string, number>>;
  /** What went wrong, the first few. */
  readonly problems: readonly string[];
}
