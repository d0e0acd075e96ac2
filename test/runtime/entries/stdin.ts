/** Standard input of Node, Deno and Bun. */

interface Globals {
  readonly Deno?: { readonly stdin: { readonly readable: AsyncIterable<Uint8Array> } };
  readonly process: { readonly stdin: AsyncIterable<Uint8Array>; exit(code: number): never };
}

const { Deno, process } = globalThis as unknown as Globals;
const input = (Deno?.stdin.readable ?? process.stdin)[Symbol.asyncIterator]();

/** The first line. What comes after it is nothing but the end. */
export async function readLine(): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('\n')) {
    const { done, value } = await input.next();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

/** Waits until whoever started us is gone. */
export async function untilAlone(): Promise<void> {
  while (!(await input.next()).done);
}
