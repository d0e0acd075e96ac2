/**
 * Responses that say truly where they come from.
 *
 * @module
 */

/** What a `Response` cannot be constructed with. */
interface Provenance {
  readonly url: string;
  readonly redirected: boolean;
}

/** The response after redirects that were followed by us, which no runtime knows of; it is written to. */
export function asRedirected(response: Response, url: string): Response {
  return withProvenance(response, { url: response.url || url, redirected: true });
}

/** Makes a response tell where it comes from, and each of its clones too. */
export function withProvenance(response: Response, { url, redirected }: Provenance): Response {
  const clone = (): Response => withProvenance(Response.prototype.clone.call(response), { url, redirected });
  // Vercel's runtime has `url` as a member that nobody can define anew: there it is right already.
  if (response.url !== url) Object.defineProperty(response, 'url', { value: url, enumerable: true, configurable: true });
  return Object.defineProperties(response, {
    redirected: { value: redirected, enumerable: true, configurable: true },
    clone: { value: clone, enumerable: false, configurable: true, writable: true },
  });
}
