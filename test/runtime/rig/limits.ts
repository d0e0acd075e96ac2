/**
 * What the rigs agree on.
 *
 * @module
 */

/** How long one runtime may take for all of its work. */
export const RUN_SECONDS = 420;

/** Begins the line of stdout that is meant for us. */
export const RESULT_MARK = '@countersign ';

/** A host name that the browsers map to loopback: an origin that is not potentially trustworthy. */
export const INSECURE_HOST = 'insecure.test';
