/**
 * Whether text can be read: the contrast ratio of WCAG 2.2, 4.5 to 1 for text of any size.
 *
 * @module
 */

import type { Page } from './chromium.ts';

/** The visible text that contrasts less with what is behind it. */
export function contrastFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const channels = (color: string): readonly number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string): number => {
      const [red = 0, green = 0, blue = 0] = channels(color)
        .slice(0, 3)
        .map((channel) => channel / 255)
        .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const backdrop = (element: Element): string => {
      for (let place: Element | null = element; place !== null; place = place.parentElement) {
        const { backgroundColor } = getComputedStyle(place);
        if (channels(backgroundColor)[3] !== 0) return backgroundColor;
      }
      return 'rgb(255, 255, 255)';
    };
    const ratio = (element: Element): number => {
      const [light = 0, dark = 0] = [getComputedStyle(element).color, backdrop(element)].map(luminance).sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    };
    const hasText = (element: Element): boolean =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '');
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.checkVisibility() && (hasText(element) || element instanceof HTMLInputElement))
      .filter((element) => ratio(element) < 4.5)
      .map((element) => `${element.tagName} ${element.textContent?.slice(0, 40)} ${ratio(element).toFixed(2)}`);
  });
}
