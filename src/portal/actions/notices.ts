/**
 * What is said after something was done: the address has its name, never a text.
 *
 * @module
 */

const NOTICES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['registered', 'The key pair is made, and its public half registered. It counts from now on.'],
  ['disabled', 'The key is disabled. It stops counting everywhere within seconds.'],
  ['enabled', 'The key is enabled. It counts again within seconds.'],
  ['revoked', 'The key is revoked. It stops counting everywhere within seconds.'],
]);

/** The sentence that a query asks for, if it is one of ours. */
export function noticeOf(query: URLSearchParams): string | undefined {
  return NOTICES.get(query.get('done') ?? '');
}
