/**
 * The suite: written once, run in every runtime against the built package.
 *
 * @module
 */

import { bodyTests, readsForms } from './body-tests.ts';
import { canonicalTests } from './canonical-tests.ts';
import { clientTests } from './client-tests.ts';
import { runTests } from './collect.ts';
import type { SuiteConfig, SuiteResult } from './config.ts';
import { runCross } from './cross.ts';
import { describeEngine } from './engine.ts';
import { errorTests } from './error-tests.ts';
import { inJavaScript } from './javascript.ts';
import { keyTests } from './key-tests.ts';
import { signTests } from './sign-tests.ts';
import { vectorTests, verdictString } from './vectors.ts';
import { verifyTests } from './verify-tests.ts';

/** Runs everything. A failing test is a result, not a failure to run. */
export async function runSuite(config: SuiteConfig): Promise<SuiteResult> {
  const native = await verdictString();
  const javascript = await inJavaScript(verdictString);
  const formFiles = await readsForms();
  const tests = await runTests({
    keys: keyTests,
    sign: signTests,
    verify: verifyTests,
    canonical: canonicalTests,
    bodies: bodyTests(formFiles),
    errors: errorTests,
    ...(config.client && { client: clientTests(config.runtime, config.client) }),
    vectors: vectorTests(native, javascript),
  });
  return {
    tests,
    engine: { ...describeEngine(), formFiles },
    verdicts: { native, javascript },
    cross: config.cross && (await runCross(config.runtime, config.cross)),
  };
}
