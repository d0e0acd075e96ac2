/**
 * Holds QuickJS: `node hosts/quickjs.ts bundle.js`, the config as a line of stdin.
 *
 * What a small engine has to bring is injected here: `hostFetch`, `hostRandom`, `hostNow`.
 */
import { readFile } from 'node:fs/promises';
import { getQuickJS, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten';
import { readLine } from '../entries/stdin.ts';
import { RESULT_MARK } from '../rig/limits.ts';

const vm = (await getQuickJS()).newContext();
const { runtime } = vm;

function define(name: string, run: (...args: QuickJSHandle[]) => QuickJSHandle): void {
  const handle = vm.newFunction(name, (...args) => run(...args));
  vm.setProp(vm.global, name, handle);
  handle.dispose();
}

/** A request as the bare side hands it over, and the answer it gets. */
interface BareRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Hex. */
  readonly body?: string | undefined;
}

async function send({ url, method, headers, body }: BareRequest): Promise<string> {
  const response = await fetch(url, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    redirect: 'manual',
    body: body === undefined ? null : Buffer.from(body, 'hex'),
  });
  return JSON.stringify({ status: response.status, headers: [...response.headers], body: await response.text() });
}

define('hostNow', () => vm.newNumber(Math.floor(Date.now() / 1000)));
define('hostRandom', (length) => vm.newString(Buffer.from(crypto.getRandomValues(new Uint8Array(vm.getNumber(length)))).toString('hex')));
define('hostFetch', (request) => {
  const promise = vm.newPromise();
  send(JSON.parse(vm.getString(request)) as BareRequest)
    .then((answer) => vm.newString(answer).consume((text) => promise.resolve(text)))
    .catch((error: unknown) => vm.newError(String(error)).consume((thrown) => promise.reject(thrown)))
    .finally(() => runtime.executePendingJobs());
  return promise.handle;
});

function evaluate(context: QuickJSContext, code: string): QuickJSHandle {
  return context.unwrapResult(context.evalCode(code, 'suite.js'));
}

evaluate(vm, await readFile(process.argv[2]!, 'utf8')).dispose();
const pending = vm.resolvePromise(evaluate(vm, `runBare(${JSON.stringify(await readLine())})`));
runtime.executePendingJobs();
console.log(RESULT_MARK + vm.unwrapResult(await pending).consume((text) => vm.getString(text)));
process.exit(0);
