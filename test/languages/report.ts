/**
 * Runs checks one after the other and counts them. Failures are printed as they come, everything else as one line a group.
 *
 * @module
 */

/** Counts checks. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Runs one check; whatever it throws is a failure of it alone. */
  async check(name: string, run: () => Promise<void> | void): Promise<void> {
    try {
      await run();
      this.#passed++;
    } catch (error) {
      this.#fail(name, error);
    }
  }

  /** Runs a group of checks and tells how it went. What it throws outside of them is one more failure. */
  async group(name: string, run: () => Promise<void>): Promise<void> {
    const before = { passed: this.#passed, failed: this.#failed };
    const start = performance.now();
    await run().catch((error: unknown) => this.#fail(name, error));
    const [passed, failed] = [this.#passed - before.passed, this.#failed - before.failed];
    if (passed + failed === 0) return;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed, ${seconds} s`);
  }

  #fail(name: string, error: unknown): void {
    this.#failed++;
    console.log(`FAILED ${name}\n       ${String(error instanceof Error ? error.message : error).slice(0, 600)}`);
  }

  /** Whether nothing failed; the last line is what `npm test` counts. */
  finish(): boolean {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0;
  }
}

/** Long values are told by their beginning and length. */
function short(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}… (${value.length} characters)` : text;
}

/** Two texts must be the same. */
export function same(actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`expected ${short(expected)}, got ${short(actual)}`);
}

/** A refusal must have the expected reason, or one of several. */
export function sameCode(actual: string, expected: string): void {
  if (!expected.split('|').includes(actual)) same(actual, expected);
}
