/**
 * What is answered with a page of its own instead of what was asked for.
 *
 * @module
 */

/** An answer that says no, in words for whoever asked. */
export class PageError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** The heading of the page. */
  readonly title: string;
  /** Fields of the answer besides. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, title: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.title = title;
    this.headers = headers;
  }
}

/** One answer for what is not there, and for what is somebody else's. */
export function notFound(): PageError {
  return new PageError(404, 'Not found', 'There is no such page, or no such key of yours.');
}

/** What somebody changed meanwhile. */
export function conflict(): PageError {
  return new PageError(
    409,
    'Not as it was',
    'The key was changed meanwhile, perhaps by you in another tab, or this form was sent twice. Nothing was done; look at the key as it is now.',
  );
}
