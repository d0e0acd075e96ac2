/**
 * How long tests of random cases go on: whole in `npm test`, which sets COUNTERSIGN_ROUNDS=full; a twentieth of it in the
 * inner loop, `npm run test:unit`.
 */
const wanted = process.env['COUNTERSIGN_ROUNDS'] ?? 'quick';
if (wanted !== 'full' && wanted !== 'quick') throw new RangeError(`COUNTERSIGN_ROUNDS is "full" or "quick", not "${wanted}"`);

/** Below so many, random cases meet too little to be worth the run. */
const LEAST = 500;

/** Of so many rounds, those that are to be run. */
export function rounds(full: number): number {
  if (wanted === 'full') return full;
  return Math.min(full, Math.max(LEAST, Math.ceil(full / 20)));
}
