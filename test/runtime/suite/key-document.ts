/**
 * Another document of the page's origin that opens the same key: what a second tab or a page after a reload is.
 *
 * @module
 */

import { openKeyPair } from 'countersign/browser';

const NAME = 'suite-documents';
const HASH = '#key-document';
const WAIT_SECONDS = 10;

/** The key that the documents share. */
export { NAME as SHARED_KEY };

/** Whether this document is one of those, which opens its key and tells the page. */
export function isKeyDocument(): boolean {
  return location.hash === HASH;
}

/** Opens the key and tells whoever made this document. */
export async function tellKey(): Promise<void> {
  const keyid = await openKeyPair(NAME).then(
    (pair) => pair.keyid,
    (error: unknown) => `failed: ${String(error)}`,
  );
  parent.postMessage(keyid, location.origin);
}

/** A document in a frame. */
export interface KeyDocument {
  /** What it told first. */
  readonly keyid: Promise<string>;
  /** What it tells after a reload. */
  reload(): Promise<string>;
  close(): void;
}

/** Opens such a document. */
export function openDocument(): KeyDocument {
  const frame = document.createElement('iframe');
  frame.src = `/${HASH}`;
  const keyid = nextMessage(frame);
  document.body.append(frame);
  return {
    keyid,
    reload: () => {
      const told = nextMessage(frame);
      frame.contentWindow!.location.reload();
      return told;
    },
    close: () => frame.remove(),
  };
}

function nextMessage(frame: HTMLIFrameElement): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the document said nothing within ${WAIT_SECONDS} s`)), WAIT_SECONDS * 1000);
    const listen = ({ source, data }: MessageEvent<string>): void => {
      if (source !== frame.contentWindow) return;
      clearTimeout(timer);
      removeEventListener('message', listen);
      resolve(data);
    };
    addEventListener('message', listen);
  });
}
