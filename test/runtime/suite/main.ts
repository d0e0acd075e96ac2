/**
 * The suite: written once, run in every runtime against the built package.
 *
 * @module
 */

import { bodyTests } from './body-tests.ts';
import { canonicalTests } from './canonical-tests.ts';
import { carrierTests } from './carrier-tests.ts';
import { clientTests } from './client-tests.ts';
import { runTests } from './collect.ts';
import type { SuiteConfig, SuiteResult } from './config.ts';
import { contentTests } from './content-tests.ts';
import { corsTests } from './cors-tests.ts';
import { runCross } from './cross.ts';
import { errorTests } from './error-tests.ts';
import { formTests } from './form-tests.ts';
import { inJavaScript } from './javascript.ts';
import { keyTests } from './key-tests.ts';
import { measureEngine } from './measure.ts';
import { pageTests } from './page-tests.ts';
import { signTests } from './sign-tests.ts';
import { unhandledTests, watchUnhandled } from './unhandled.ts';
import { urlTests } from './url-tests.ts';
import { vectorTests, verdictString } from './vectors.ts';
import { verifyTests } from './verify-tests.ts';

/** Runs everything. A failing test is a result, not a failure to run. */
export async function runSuite(config: SuiteConfig): Promise<SuiteResult> {
  const unhandled = watchUnhandled();
  const native = await verdictString();
  const javascript = await inJavaScript(verdictString);
  const engine = await measureEngine();
  const tests = await runTests({
    keys: keyTests,
    sign: signTests,
    verify: verifyTests,
    canonical: canonicalTests,
    bodies: bodyTests(engine.formFiles),
    carriers: carrierTests,
    errors: errorTests,
    page: pageTests,
    ...(config.client && { client: clientTests(config.runtime, config.client), content: contentTests(config.runtime, config.client) }),
    ...(config.carriers && {
      urls: urlTests(config.runtime, config.carriers),
      forms: formTests(config.runtime, config.carriers),
      cors: corsTests(config.runtime, config.carriers),
    }),
    vectors: vectorTests(native, javascript),
    unhandled: unhandledTests(unhandled),
  });
  return {
    tests,
    engine,
    verdicts: { native, javascript },
    cross: config.cross && (await runCross(config.runtime, config.cross)),
  };
}
