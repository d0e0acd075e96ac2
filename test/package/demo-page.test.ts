/** The page of `npm run demo -- --serve`, as a person uses it: every button, by pointer and by keyboard, wide and narrow. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, type Page } from './support/chromium.ts';
import { contrastFaults } from './support/contrast.ts';
import { DESKTOP, type Demo, goTo, type Look, openBrowser, openDemo, PHONE, press, readResult } from './support/demo-page.ts';
import { root } from './support/manifest.ts';

/** What a button must lead to. */
interface Expected {
  readonly name: string;
  readonly code: string;
  /** What was changed on the way. */
  readonly changes?: readonly string[];
  /** What is marked in the base. */
  readonly marked?: string;
  /** The line of the base that differs. */
  readonly differing?: string;
  /** Words of its own code. */
  readonly does: string;
}

const SEPARATORS = 'goldcoins|10&amount=10000';

const REQUESTS: readonly Expected[] = [
  { name: 'Send it', code: '200', does: 'send(await sign(order(amount)))' },
  { name: 'Send it, then send it again', code: '401 nonce_replayed', marked: 'nonce=', does: 'sendByWire(signed)' },
  {
    name: 'Change the amount',
    code: '400 digest_mismatch',
    changes: ['amount: 10 → 10000'],
    differing: '"content-digest"',
    does: '{ body: order(changed) }',
  },
  {
    name: 'Change the path',
    code: '401 signature_mismatch',
    changes: ['path: /coins → /diamonds'],
    marked: 'diamonds',
    differing: '"@path"',
    does: "{ target: '/diamonds' }",
  },
  {
    name: 'Add a query',
    code: '401 signature_mismatch',
    changes: ['query: (none) → ?to=mallory'],
    marked: 'to=mallory',
    differing: '"@query"',
    does: "{ target: '/coins?to=mallory' }",
  },
  { name: 'Send one that is ten minutes old', code: '401 expired', marked: 'created=', does: '- 600' },
  { name: 'Send it without a signature', code: '401 signature_missing', does: 'headers: [JSON_TYPE]' },
];

const MESSAGES: readonly Expected[] = [
  { name: 'Carry it to the bank', code: '200', does: "send(await collect('prize'))" },
  { name: 'Click twice', code: '401 nonce_replayed', marked: 'nonce=', does: 'sendByWire(message)' },
  {
    name: 'Edit the amount',
    code: '401 signature_mismatch',
    changes: ['amount: 10 → 10000'],
    differing: '"content-digest"',
    does: "withField(message, 'amount', String(edited))",
  },
  {
    name: 'Edit separators into the currency',
    code: '401 signature_mismatch',
    changes: [`currency: goldcoins → ${SEPARATORS}`],
    differing: '"content-digest"',
    does: "withField(message, 'currency', SEPARATORS)",
  },
  { name: 'The same separators, signed as a note', code: '200', does: "collect('noted')" },
  {
    name: 'Carry it in mallory’s session',
    code: '401 subject_mismatch',
    changes: ['session: jdoe → mallory'],
    marked: 'subject="jdoe"',
    does: "{ user: 'mallory' }",
  },
  {
    name: 'Carry one for another bank',
    code: '401 audience_mismatch',
    marked: 'audience="https://other-bank.example"',
    does: "collect('abroad')",
  },
];

const BUTTONS = [...REQUESTS, ...MESSAGES];

const FIELDS = ['Coins to ask for', 'Changed to', 'Edited to'] as const;

/** What Tab goes through, in order. */
const CONTROLS = [FIELDS[0], FIELDS[1], ...REQUESTS, FIELDS[2], ...MESSAGES];

const LOOKS: readonly Required<Look>[] = [DESKTOP, PHONE].flatMap((size) =>
  (['light', 'dark'] as const).map((scheme) => ({ ...size, scheme })),
);

const artifacts = join(root, 'artifacts');

async function expectResult(page: Page, { name, code, changes = [], marked = '', differing }: Expected): Promise<void> {
  const accepted = code === '200';
  expect({ name, ...(await readResult(page, name)) }).toMatchObject({
    state: accepted ? 'accepted' : 'refused',
    word: accepted ? 'Accepted' : 'Refused',
    code,
    changes,
  });
  expect(await page.locator('#meaning').textContent(), name).toMatch(/\w\.|”/);
  const lines = differing === undefined ? [] : [differing];
  expect(await page.locator('#base .signed b').allTextContents(), name).toEqual(lines);
  expect(await page.locator('#base .arrived b').allTextContents(), name).toEqual(lines);
  const marks = await page.locator('#base mark').allTextContents();
  expect(marks.join(' '), name).toContain(marked);
  expect(marks.length > 0, name).toBe(!accepted && !code.includes('missing'));
}

const overflow = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');

const isInView = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
};

const focused = (page: Page): Promise<string> => page.evaluate("document.activeElement.id || document.activeElement.value || ''");

function suite(): void {
  const opened: { demo?: Demo; browser?: Awaited<ReturnType<typeof openBrowser>> } = {};

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true });
    opened.demo = await openDemo();
    opened.browser = await openBrowser();
  });

  afterAll(async () => {
    await opened.browser?.close();
    await opened.demo?.close();
  });

  async function openPage(look: Look) {
    const blank = await opened.browser!.blank(look);
    await goTo(blank.page, opened.demo!);
    return blank;
  }

  it.each(LOOKS)('gives every button its answer at $width pixels, $scheme, and no console error', async (look) => {
    const { page, complaints } = await openPage(look);
    expect(await page.locator('form').getByRole('button').allTextContents()).toEqual(BUTTONS.map(({ name }) => name));
    for (const button of BUTTONS) {
      await page.getByRole('button', { name: button.name, exact: true }).click();
      await expectResult(page, button);
      expect(await overflow(page), button.name).toBe(0);
      expect(await page.locator('#word').evaluate(isInView), button.name).toBe(true);
      if (['Send it', 'Change the amount'].includes(button.name)) {
        expect(await contrastFaults(page), button.name).toEqual([]);
        await page.screenshot({ path: join(artifacts, `demo-${look.width}-${look.scheme}-${button.code.slice(0, 3)}.png`) });
      }
    }
    await page.getByText('The request as it was sent').click();
    expect(await page.locator('#sent').textContent()).toContain('POST /relayed');
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says whose page it is, and where everybody listens', async () => {
    const { page } = await openPage(DESKTOP);
    const header = (await page.locator('header').textContent()) ?? '';
    expect(header).toContain('Whose page this is');
    expect(header).toContain(opened.demo!.origin);
    expect(header).toContain('demo of countersign');
    expect(await page.locator('#keyid').textContent()).toMatch(/^[\w-]{43}$/);
    expect(await page.locator('body').textContent()).not.toContain('{{');
    await page.close();
  });

  it('explains the signature base where the word first stands', async () => {
    const { page } = await openPage(DESKTOP);
    const before = (await page.locator('header, .sections, [role=status]').allTextContents()).join(' ');
    expect(before).not.toMatch(/signature base/i);
    await press(page, 'Send it');
    const heading = page.getByRole('heading', { name: 'Signature base' });
    expect(await heading.evaluate((element) => element.nextElementSibling?.textContent)).toMatch(
      /text that is signed[\s\S]*RFC 9421, section 2\.5/,
    );
    await page.close();
  });

  it('shows the lines behind each button: its own, the signing and the verifying ones', async () => {
    const { page } = await openPage(DESKTOP);
    for (const { name, does } of BUTTONS) {
      await press(page, name);
      const blocks = await page.locator('#excerpts pre').allTextContents();
      expect(blocks[0], name).toContain(does);
      const [signs, verifies] = REQUESTS.some((request) => request.name === name)
        ? ['await signRequest(', 'verifier.verifyRequest(']
        : ['return signPayload(', 'await verifyPayload('];
      expect(blocks.join('\n'), name).toContain(signs);
      expect(blocks.join('\n'), name).toContain(verifies);
      // Whole, and from the margin on.
      for (const block of blocks) {
        expect(block, name).toMatch(/^\S/);
        expect(block.split('{').length, block).toBe(block.split('}').length);
        expect(block.split('\n').length, block).toBeLessThan(20);
      }
    }
    await page.close();
  });

  it('counts what was accepted, and nothing else', async () => {
    const { page } = await openPage(DESKTOP);
    expect(await press(page, 'Send it')).toMatchObject({ meaning: '10 gold coins credited, balance 10.' });
    await press(page, 'Change the amount');
    await press(page, 'Send it, then send it again');
    expect(await press(page, 'Send it')).toMatchObject({ meaning: '10 gold coins credited, balance 30.' });
    expect(await press(page, 'The same separators, signed as a note')).toMatchObject({
      meaning: expect.stringContaining(`Note: “${SEPARATORS}”`) as string,
    });
    await page.close();
  });

  it('takes amounts that are typed', async () => {
    const { page } = await openPage(DESKTOP);
    await page.getByLabel('Coins to ask for').fill('1');
    expect(await press(page, 'Send it')).toMatchObject({ code: '200', meaning: '1 gold coin credited, balance 1.' });
    await page.getByLabel('Coins to ask for').fill('25');
    // Enter presses the first button.
    await page.getByLabel('Coins to ask for').press('Enter');
    await page.getByText('25 gold coins credited, balance 26.').waitFor();
    await page.getByLabel('Changed to').fill('7');
    expect(await press(page, 'Change the amount')).toMatchObject({ code: '400 digest_mismatch', changes: ['amount: 25 → 7'] });
    expect(await page.locator('#sent').textContent()).toContain('"amount":7}');
    await page.getByLabel('Edited to').fill('99');
    expect(await press(page, 'Edit the amount')).toMatchObject({ code: '401 signature_mismatch', changes: ['amount: 10 → 99'] });
    // Who changes nothing changes nothing.
    await page.getByLabel('Changed to').fill('25');
    expect(await press(page, 'Change the amount')).toMatchObject({ state: 'accepted', changes: [] });
    await page.close();
  });

  it('sends nothing for what is no amount, and leads to the field', async () => {
    const { page, complaints } = await openPage(DESKTOP);
    for (const amount of ['', '0', '-5', '1.5', '1000001']) {
      await page.getByLabel('Coins to ask for').fill(amount);
      await page.getByRole('button', { name: 'Send it', exact: true }).click();
      expect(await focused(page), amount).toBe('amount');
      expect(await page.locator('#word').textContent(), amount).toBe('No request yet');
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is used by keyboard alone: focus goes control by control, is seen, and stays', async () => {
    const { page, complaints } = await openPage(DESKTOP);
    for (const [index, control] of CONTROLS.entries()) {
      await page.keyboard.press('Tab');
      const focus = page.locator(':focus-visible');
      expect(await focus.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('3px');
      if (typeof control === 'string') {
        expect(await focus.evaluate((element) => element.parentElement?.textContent?.trim())).toBe(control);
        continue;
      }
      expect(await focus.textContent()).toBe(control.name);
      await page.keyboard.press(index % 2 === 0 ? 'Enter' : 'Space');
      await expectResult(page, control);
      expect(await focus.textContent()).toBe(control.name);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('brings the answer into view on a phone, moves the focus there, and back to the button', async () => {
    const { page } = await openPage(PHONE);
    for (const name of ['Add a query', 'Carry one for another bank']) {
      const button = page.getByRole('button', { name, exact: true });
      await press(page, name);
      expect(await focused(page), name).toBe('heading');
      expect(await page.locator('#heading').evaluate(isInView), name).toBe(true);
      expect(await page.locator('#meaning').evaluate(isInView), name).toBe(true);
      await page.getByRole('button', { name: 'Back to the buttons' }).click();
      expect(await button.evaluate((element) => element === document.activeElement), name).toBe(true);
      expect(await button.evaluate(isInView), name).toBe(true);
    }
    await page.close();
  });

  it.each([PHONE, { width: 320, height: 568 }])('fits fingers and $width pixels', async (look) => {
    const { page } = await openPage(look);
    await press(page, 'Edit separators into the currency');
    expect(await overflow(page)).toBe(0);
    const heights = await page
      .locator('button:visible, input:visible')
      .evaluateAll((controls) => controls.map((control) => control.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
    await page.close();
  });

  it('tells a screen reader the answer, and what was changed', async () => {
    const { page } = await openPage(DESKTOP);
    await press(page, 'Change the amount');
    expect(await page.getByRole('status').textContent()).toMatch(
      /Change the amount[\s\S]*Refused[\s\S]*400 digest_mismatch[\s\S]*amount: 10 → 10000/,
    );
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
