/** The page of the demo when the bank, or the shop, does not answer: that is no refusal, and must not look like one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, type Page } from './support/chromium.ts';
import { contrastFaults } from './support/contrast.ts';
import { DESKTOP, type Demo, goTo, openBrowser, openDemo, PHONE, press, readResult } from './support/demo-page.ts';

/** What is seen of the stamp. */
const stampOf = (page: Page): Promise<readonly string[]> =>
  page.locator('.stamp').evaluate((stamp) => {
    const { color, backgroundColor, borderTopStyle } = getComputedStyle(stamp);
    return [color, backgroundColor, borderTopStyle];
  });

/** Nothing of the refusal that stood there before. */
async function expectNoDecision(page: Page, refused: readonly string[]): Promise<void> {
  expect(await page.locator('#bases').isVisible()).toBe(false);
  expect(await page.locator('#changes').isVisible()).toBe(false);
  expect(await page.getByRole('status').textContent()).not.toMatch(/Refused|Accepted|mismatch/);
  const seen = await stampOf(page);
  for (const [index, value] of refused.entries()) expect(seen[index]).not.toBe(value);
}

/** What Chromium says of a failed fetch, whatever the page does. */
const BROWSER = /^Failed to load resource/;

function suite(): void {
  const opened: { browser?: Awaited<ReturnType<typeof openBrowser>>; demo?: Demo } = {};
  const demos: Demo[] = [];
  const start = async (port?: number): Promise<Demo> => {
    const demo = await openDemo(port);
    demos.push(demo);
    return demo;
  };

  beforeAll(async () => {
    opened.demo = await start();
    opened.browser = await openBrowser();
  });

  afterAll(async () => {
    await opened.browser?.close();
    for (const demo of demos) await demo.close();
  });

  it.each([DESKTOP, PHONE])('says that the bank is unreachable, at $width pixels, once its process has ended', async (look) => {
    const demo = await start();
    const { page, complaints } = await opened.browser!.blank(look);
    await goTo(page, demo);
    expect(await press(page, 'Change the path')).toMatchObject({ state: 'refused' });
    const refused = await stampOf(page);
    await demo.close();
    for (const name of ['Send it', 'Change the amount', 'Carry it in mallory’s session']) {
      const who = name.startsWith('Carry') ? 'shop' : 'bank';
      expect(await press(page, name)).toMatchObject({ state: 'none', word: `The ${who} is unreachable`, code: '', changes: [] });
      await expectNoDecision(page, refused);
    }
    const { port } = new URL(demo.origin);
    expect(await page.locator('#meaning').textContent()).toContain(`npm run demo -- --serve --port ${port} and reload this page.`);
    expect(await contrastFaults(page)).toEqual([]);
    expect(complaints.filter((complaint) => !BROWSER.test(complaint))).toEqual([]);
    if (look === PHONE) expect(await page.evaluate('document.activeElement.id')).toBe('heading');
    await page.close();
  });

  it('says that the bank was started again, which has forgotten the key of the page', async () => {
    const first = await start();
    const { page } = await opened.browser!.blank(DESKTOP);
    await goTo(page, first);
    await first.close();
    await start(Number(new URL(first.origin).port));
    expect(await press(page, 'Send it')).toMatchObject({
      state: 'refused',
      code: '401 signature_mismatch',
      meaning: expect.stringContaining('started again since, and has forgotten it. Reload the page.') as string,
    });
    expect(await press(page, 'Carry it to the bank')).toMatchObject({ word: 'The shop is unreachable' });
    await page.reload();
    await page.locator('form button:enabled').last().waitFor();
    expect(await press(page, 'Send it')).toMatchObject({ state: 'accepted' });
    await page.close();
  });

  it('waits in the open for a bank that hangs, and gives up after ten seconds', async () => {
    const { page, complaints } = await opened.browser!.blank(DESKTOP);
    await page.clock.install();
    await goTo(page, opened.demo!);
    await press(page, 'Change the path');
    const refused = await stampOf(page);
    // Nobody answers it.
    await page.route('**/coins', () => undefined);
    const asked = page.waitForRequest('**/coins');
    await page.getByRole('button', { name: 'Send it', exact: true }).click();
    await asked;
    await page.clock.runFor(300);
    expect(await page.locator('#word').textContent()).toBe('Waiting');
    await expectNoDecision(page, refused);
    await page.clock.runFor(10_000);
    expect(await readResult(page, 'Send it')).toMatchObject({ state: 'none', word: 'The bank is unreachable' });
    expect(complaints.filter((complaint) => !BROWSER.test(complaint))).toEqual([]);
    await page.close();
  });

  it('takes an answer that is neither for what it is', async () => {
    const { page } = await opened.browser!.blank(DESKTOP);
    await goTo(page, opened.demo!);
    await press(page, 'Change the path');
    const refused = await stampOf(page);
    await page.route('**/wire', (route) => route.fulfill({ status: 500, body: '' }));
    expect(await press(page, 'Change the amount')).toMatchObject({ state: 'none', word: 'No decision', code: '500' });
    expect(await stampOf(page)).not.toEqual(refused);
    await page.route('**/wire', (route) => route.fulfill({ status: 200, body: 'not JSON' }));
    expect(await press(page, 'Add a query')).toMatchObject({ state: 'none', word: 'No decision', code: '' });
    await expectNoDecision(page, refused);
    await page.close();
  });

  it('says so when it cannot even open', async () => {
    const { page } = await opened.browser!.blank(DESKTOP);
    await page.route('**/keys', (route) => route.abort());
    await page.goto(opened.demo!.origin);
    expect(await readResult(page, 'Opening the page')).toMatchObject({ state: 'none', word: 'The bank is unreachable' });
    expect(await page.locator('form button:enabled').count()).toBe(0);
    await page.close();
  });
}

if (hasChromium) describe('the page of the demo without an answer', suite);
else describe('the page of the demo without an answer', () => it('waits for Chromium', () => expect(hasChromium).toBe(false)));
