/**
 * A frame that pages open things in, and what is clicked and submitted there.
 *
 * @module
 */

const WAIT_SECONDS = 10;

/** Runs with a frame of its own, which links and forms call by its name. */
export async function withFrame<T>(use: (frame: HTMLIFrameElement) => Promise<T>): Promise<T> {
  const frame = document.createElement('iframe');
  frame.name = `frame-${document.querySelectorAll('iframe').length}-${performance.now()}`;
  document.body.append(frame);
  try {
    return await use(frame);
  } finally {
    frame.remove();
  }
}

/** Clicks a link that HTML text makes, in a frame that stays until the page ends: removing it would end the loading. */
export function clickLink(url: string, attributes = ''): void {
  const frame = document.createElement('iframe');
  frame.name = `opened-${document.querySelectorAll('iframe').length}`;
  const place = document.createElement('p');
  place.innerHTML = `<a href="${escapeHtml(url)}" target="${frame.name}" ${attributes}>open</a>`;
  document.body.append(frame, place);
  place.querySelector('a')!.click();
}

/** How a form is sent. */
export interface FormEncoding {
  readonly method: 'get' | 'post';
  readonly enctype: string;
}

/** Submits fields of any name as hidden inputs. */
export function submitFields(action: string, target: string, encoding: FormEncoding, fields: Iterable<readonly [string, string]>): void {
  const form = Object.assign(document.createElement('form'), { ...encoding, action, target });
  for (const [name, value] of fields) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  document.body.append(form);
  // A field may be called `submit`.
  HTMLFormElement.prototype.submit.call(form);
  // Another field may be called `remove`.
  Element.prototype.remove.call(form);
}

/** Whether a source gives the one event before the other. */
export function eitherEvent(source: EventTarget, good: string, bad: string): Promise<Event | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`neither ${good} nor ${bad} within ${WAIT_SECONDS} s`)), WAIT_SECONDS * 1000);
    const settle = (event: Event | undefined): void => {
      clearTimeout(timer);
      resolve(event);
    };
    source.addEventListener(good, (event) => settle(event), { once: true });
    source.addEventListener(bad, () => settle(undefined), { once: true });
  });
}

/** Text as HTML has it, between tags and in quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
