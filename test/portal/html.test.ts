/** The template escapes by construction: where a value may stand, and what becomes of it there. */
import { describe, expect, it } from 'vitest';
import { attributes, html } from '../../src/portal/html.ts';
import { createRandom } from '../support/random.ts';
import { rounds } from '../support/rounds.ts';

const NASTY = `"'><script>alert(1)</script>&amp;<!--`;

/** Made anew each time: what a template was refused for is not kept. */
const template = (texts: readonly string[], ...values: readonly unknown[]) =>
  String(html(Object.assign([...texts], { raw: texts }) as unknown as TemplateStringsArray, ...(values as never[])));

describe('html', () => {
  it('takes values for text between tags', () => {
    expect(String(html`<p>${NASTY}</p>`)).toBe('<p>&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&lt;!--</p>');
    expect(String(html`<p>${7} ${undefined}${false}${['<', html`<b>${'&'}</b>`]}</p>`)).toBe('<p>7 &lt;<b>&amp;</b></p>');
    expect(String(html`<title>${'</title>'}</title>`)).toBe('<title>&lt;/title&gt;</title>');
    expect(String(html`${'a\0b'}`)).toBe('a\ufffdb');
  });

  it('takes them for a part of an attribute in double quotes', () => {
    expect(String(html`<p title="a ${'" onclick="x'} b">`)).toBe('<p title="a &quot; onclick=&quot;x b">');
    expect(String(html`<p title="${undefined}" id="${1}">`)).toBe('<p title="" id="1">');
  });

  it('takes attributes inside a tag', () => {
    expect(String(html`<input ${attributes({ name: 'a"b', checked: true, disabled: false, value: undefined, maxlength: 3 })}>`)).toBe(
      '<input  name="a&quot;b" checked maxlength="3">',
    );
    for (const name of ['onclick', 'style', 'srcdoc', 'a b', 'A', '', 'a='])
      expect(() => attributes({ [name]: 'x' }), name).toThrow(TypeError);
  });

  it.each(['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '//evil.example', '/\\evil.example', 'keys', 'JAVASCRIPT:x'])(
    'refuses the address %s',
    (address) => {
      expect(() => html`<a href="${address}">x</a>`).toThrow(TypeError);
      expect(() => attributes({ href: address })).toThrow(TypeError);
    },
  );

  it.each(['/keys', '/', '#main', '?after=x', 'https://bank.example/', 'http://127.0.0.1/', ''])('takes the address %s', (address) => {
    expect(String(html`<form action="${address}">`)).toBe(`<form action="${address}">`);
  });

  it.each([
    ['a name of a tag', ['<', '>']],
    ['an attribute without quotes', ['<p title=', '>']],
    ['a part of a name', ['<p data-', '="x">']],
    ['a handler', ['<p onclick="', '">']],
    ['a style', ['<p style="', '">']],
    ['a script', ['<script>', '</script>']],
    ['a style sheet', ['<style>', '</style>']],
    ['a comment', ['<!-- ', ' -->']],
    ['single quotes', ["<p title='", "'>"]],
  ])('refuses a value as %s', (_, texts) => {
    expect(() => template(texts, 'x')).toThrow(TypeError);
  });

  it('refuses what is no text, and text inside a tag', () => {
    expect(() => template(['<p>', '</p>'], { toString: () => '<b>' })).toThrow(TypeError);
    expect(() => template(['<p title="', '">'], html`<b>`)).toThrow(TypeError);
    expect(() => template(['<p ', '>'], 'onclick=x')).toThrow(TypeError);
    expect(() => template(['<p>', '</p>'], attributes({ id: 'x' }))).toThrow(TypeError);
  });

  it('leaves no markup of any value', () => {
    const random = createRandom('html');
    for (let round = 0; round < rounds(5000); round++) {
      const text = random.text(`<>"'&\`=/ !-abc\0\u2028`, random.int(24));
      const out = String(html`<p title="${text}">${text}</p>`);
      expect(out.match(/[<>"]/g)?.join('')).toBe('<""><>');
      expect(out.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
    }
  });
});
