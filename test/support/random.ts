/** A seeded generator: every run prints its seed, and a seed repeats a run. */
export interface Random {
  readonly seed: number;
  /** A whole number from 0 to below `below`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  bytes(length: number): Uint8Array;
  text(alphabet: string, length: number): string;
}

/** Seeds from `SEED`, else from the clock. */
export function createRandom(name: string, seed: number = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)): Random {
  console.log(`${name}: seed ${seed} (repeat with SEED=${seed})`);
  let state = (seed ^ 0x9e3779b9) >>> 0;
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    seed,
    int,
    pick: (from) => from[int(from.length)]!,
    bytes: (length) => Uint8Array.from({ length }, () => int(256)),
    text: (alphabet, length) => Array.from({ length }, () => alphabet[int(alphabet.length)]).join(''),
  };
}
