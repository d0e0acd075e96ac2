/**
 * How long something takes.
 *
 * @module
 */

/** Seconds from some moment on, with fractions. */
export function elapsedTime(): number {
  return performance.now() / 1000;
}
