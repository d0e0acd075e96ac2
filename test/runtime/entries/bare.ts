/** The suite in an engine without Web APIs: a function that takes and gives JSON text. */
import type { SuiteConfig } from '../suite/config.ts';
import { runSuite } from '../suite/main.ts';

(globalThis as unknown as { runBare(config: string): Promise<string> }).runBare = async (config) =>
  JSON.stringify(await runSuite(JSON.parse(config) as SuiteConfig));
