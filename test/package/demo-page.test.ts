/** The page of `npm run demo -- --serve`, as a person uses it: every button, by pointer and by keyboard, wide and narrow. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium, type Page } from './support/chromium.ts';
import { root } from './support/manifest.ts';

/** What each button must lead to: the verdict, what is marked in the base, and which line differs. */
const BUTTONS: readonly (readonly [name: string, code: string, marked: string, differing?: string])[] = [
  ['Send it', '200', ''],
  ['Send it, then send it again', '401 nonce_replayed', 'nonce='],
  ['Change the amount', '400 digest_mismatch', '', '"content-digest"'],
  ['Change the path', '401 signature_mismatch', 'diamonds', '"@path"'],
  ['Add a query', '401 signature_mismatch', 'to=mallory', '"@query"'],
  ['Send one that is ten minutes old', '401 expired', 'created='],
  ['Send it without a signature', '401 signature_missing', ''],
  ['Carry it to the bank', '200', ''],
  ['Click twice', '401 nonce_replayed', 'nonce='],
  ['Edit the amount', '401 signature_mismatch', '', '"content-digest"'],
  ['Edit separators into the currency', '401 signature_mismatch', '', '"content-digest"'],
  ['The same separators, signed as a note', '200', ''],
  ['Carry it in mallory’s session', '401 subject_mismatch', 'subject="jdoe"'],
  ['Carry one for another bank', '401 audience_mismatch', 'audience="https://other-bank.example"'],
];

const SIZES = [
  { width: 1280, height: 900 },
  { width: 360, height: 740 },
] as const;

const artifacts = join(root, 'artifacts');

/** Opens the demo; its origin. */
async function openDemo(): Promise<{ readonly server: ChildProcess; readonly origin: string }> {
  const server = spawn(process.execPath, ['examples/demo/demo.ts', '--serve'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += String(chunk);
    if (printed.includes('Ctrl+C')) break;
  }
  return { server, origin: /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '' };
}

/** The verdict of the last press, once it is there. */
async function readVerdict(page: Page, name: string) {
  await page
    .locator('#what')
    .and(page.getByText(name, { exact: true }))
    .waitFor();
  await page.locator('#verdict:not([aria-busy])').waitFor();
  return {
    code: await page.locator('#code').textContent(),
    verdict: await page.locator('#verdict').getAttribute('data-verdict'),
    marks: await page.locator('#base mark').allTextContents(),
    differing: await page.locator('#base .arrived b').allTextContents(),
    signed: await page.locator('#base .signed b').allTextContents(),
  };
}

async function expectVerdict(page: Page, [name, code, marked, differing]: (typeof BUTTONS)[number]): Promise<void> {
  const seen = await readVerdict(page, name);
  const lines = differing === undefined ? [] : [differing];
  expect({ name, ...seen, marks: undefined }).toEqual({
    name,
    code,
    verdict: code === '200' ? 'accepted' : 'refused',
    differing: lines,
    signed: lines,
    marks: undefined,
  });
  expect(seen.marks.join(' '), name).toContain(marked);
  expect(seen.marks.length > 0, name).toBe(code.startsWith('4') && !code.includes('missing'));
}

const overflow = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');

const isInView = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
};

function suite(): void {
  const opened: { demo?: Awaited<ReturnType<typeof openDemo>>; browser?: Awaited<ReturnType<typeof launchChromium>> } = {};

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true });
    opened.demo = await openDemo();
    opened.browser = await launchChromium();
  });

  afterAll(async () => {
    await opened.browser?.close();
    opened.demo?.server.kill();
  });

  /** A fresh page, ready, and what it says on its console. */
  async function openPage(viewport: (typeof SIZES)[number]): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
    const complaints: string[] = [];
    const page = await opened.browser!.newPage({ viewport });
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(opened.demo!.origin);
    await page.locator('button:enabled').last().waitFor();
    return { page, complaints };
  }

  it.each(SIZES)('gives every button its verdict at $width pixels, and no console error', async (viewport) => {
    const { page, complaints } = await openPage(viewport);
    expect(await page.getByRole('button').allTextContents()).toEqual(BUTTONS.map(([name]) => name));
    for (const button of BUTTONS) {
      await page.getByRole('button', { name: button[0], exact: true }).click();
      await expectVerdict(page, button);
      expect(await overflow(page), button[0]).toBe(0);
      expect(await page.locator('#word').evaluate(isInView), button[0]).toBe(true);
      if (button[0] === 'Change the path') await page.screenshot({ path: join(artifacts, `demo-${viewport.width}.png`), fullPage: true });
    }
    await page.getByText('The request as it was sent').click();
    await page.screenshot({ path: join(artifacts, `demo-${viewport.width}-sent.png`) });
    expect(await page.locator('#sent').textContent()).toContain('POST /relayed');
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('counts what was accepted, and nothing else', async () => {
    const { page } = await openPage(SIZES[0]);
    const press = async (name: string): Promise<string | null> => {
      await page.getByRole('button', { name, exact: true }).click();
      await readVerdict(page, name);
      return page.locator('#meaning').textContent();
    };
    expect(await press('Send it')).toBe('10 gold coins credited, balance 10.');
    await press('Change the amount');
    await press('Send it, then send it again');
    expect(await press('Send it')).toBe('10 gold coins credited, balance 30.');
    expect(await press('The same separators, signed as a note')).toContain('Note: “goldcoins|10&amount=10000”');
    await page.close();
  });

  it('is used by keyboard alone: focus goes button by button, is seen, and stays', async () => {
    const { page, complaints } = await openPage(SIZES[0]);
    for (const [index, button] of BUTTONS.entries()) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus-visible');
      expect(await focused.textContent()).toBe(button[0]);
      expect(await focused.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('3px');
      await page.keyboard.press(index % 2 === 0 ? 'Enter' : 'Space');
      await expectVerdict(page, button);
      expect(await focused.textContent()).toBe(button[0]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('tells a screen reader the verdict', async () => {
    const { page } = await openPage(SIZES[0]);
    await page.getByRole('button', { name: 'Add a query' }).click();
    await readVerdict(page, 'Add a query');
    expect(await page.getByRole('status').textContent()).toMatch(/Add a query[\s\S]*Refused[\s\S]*401 signature_mismatch/);
    await page.close();
  });
}

if (hasChromium) {
  describe('the page of npm run demo -- --serve', suite);
} else {
  if (process.env['CI']) throw new Error('no Chromium for the page of the demo');
  console.warn('\n!!! the page of the demo: NOT TESTED, there is no /usr/bin/chromium or no playwright-core (npm test installs them)\n');
  describe('the page of npm run demo -- --serve', () => it('waits for Chromium', () => expect(hasChromium).toBe(false)));
}
