/**
 * What the token of a form is for: it is for nothing else.
 *
 * @module
 */

/** The purposes there are. */
export const purposes = {
  newKey: 'new',
  env: 'env',
  search: 'search',
  /** Registering one pair. */
  enrol: (challenge: string): string => `enrol ${challenge}`,
  /** Whatever is done with one key. */
  key: (keyid: string): string => `key ${keyid}`,
  /** Rotating a key to a pair. */
  rotateTo: (keyid: string, challenge: string): string => `rotate ${challenge} ${keyid}`,
} as const;
