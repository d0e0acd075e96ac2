/**
 * What the rigs agree on.
 *
 * @module
 */

/** How long one runtime may take for all of its work. */
export const RUN_SECONDS = 420;

/** How long a page may say nothing. It says something every two seconds, unless JavaScript keeps it busy. */
export const SILENT_SECONDS = 45;

/** Begins the line of stdout that is meant for us. */
export const RESULT_MARK = '@countersign ';

/** A host name that the browsers map to loopback: an origin that is not potentially trustworthy. */
export const INSECURE_HOST = 'insecure.test';
