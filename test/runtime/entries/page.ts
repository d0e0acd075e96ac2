/** The suite in a page: it fetches its config and posts its result to the server it comes from. */
import { explain } from '../suite/collect.ts';
import type { SuiteConfig } from '../suite/config.ts';
import { isKeyDocument, tellKey } from '../suite/key-document.ts';
import { runSuite } from '../suite/main.ts';

async function work(): Promise<unknown> {
  try {
    return await runSuite((await (await fetch('/config')).json()) as SuiteConfig);
  } catch (error) {
    return { failed: explain(error) };
  }
}

function runPage(): void {
  // A page that crashed says nothing any more.
  setInterval(() => void fetch('/alive').catch(() => undefined), 2000);
  void work().then((result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) }));
}

if (isKeyDocument()) void tellKey();
else runPage();
