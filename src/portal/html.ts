/**
 * HTML that cannot forget to escape: a tagged template whose every value is text, unless it is HTML of this template itself.
 *
 * Where a value stands decides what it may be: text between tags, a part of an attribute in double quotes, or `attributes(…)` inside a tag.
 * Anywhere else (a tag's name, an attribute without quotes, a script, a comment) a template is refused the first time it is used.
 *
 * @module
 */

/** What a template makes. Nothing outside this file can make one of a text. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

class AttributeList {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A piece of HTML. */
export type Html = Markup;

/** The attributes of a tag. */
export type Attributes = AttributeList;

/** What may stand in a template. `undefined` and `false` are nothing. */
export type HtmlValue = Html | Attributes | string | number | undefined | false | readonly HtmlValue[];

/** Where a value stands. */
type Place = 'text' | 'tag' | 'value' | 'address';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '\0': '\ufffd' };

/** Text that means itself between tags and in attributes. */
function escapeText(text: string): string {
  return text.replace(/[&<>"'\0]/g, (character) => ENTITIES[character]!);
}

/** The places of the values of templates that were used before: a template's texts are the same object every time. */
const known: WeakMap<TemplateStringsArray, readonly Place[]> = /* @__PURE__ */ new WeakMap();

/**
 * A piece of HTML.
 *
 * @throws {TypeError} If a value stands where none may, or is none that may stand there.
 */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let places = known.get(texts);
  if (places === undefined) known.set(texts, (places = placesOf(texts)));
  let out = texts[0]!;
  for (const [index, value] of values.entries()) out += render(value, places[index]!) + texts[index + 1]!;
  return new Markup(out);
}

/** Attributes: of texts and numbers, and of those that are `true` the name alone. `undefined` and `false` are left out. */
export function attributes(given: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  const texts = Object.entries(given).map(([name, value]) => {
    if (!/^[a-z][a-z-]*$/.test(name) || isScript(name)) throw new TypeError('a name of an attribute is none, or one of a script');
    if (value === undefined || value === false) return '';
    if (value === true) return ` ${name}`;
    return ` ${name}="${escapeText(String(ADDRESS.test(name) ? requireAddress(String(value)) : value))}"`;
  });
  return new AttributeList(texts.join(''));
}

function render(value: HtmlValue, place: Place): string {
  if (value === undefined || value === false) return '';
  if (place === 'text') return renderText(value);
  if (place === 'tag') {
    if (value instanceof AttributeList) return value.text;
    throw new TypeError('inside a tag there may be attributes(…) only');
  }
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError('the value of an attribute must be text');
  return escapeText(place === 'address' ? requireAddress(String(value)) : String(value));
}

function renderText(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value));
  if (Array.isArray(value)) return (value as readonly HtmlValue[]).map(renderText).join('');
  throw new TypeError('between tags there may be text and html`…` only');
}

const ADDRESS = /^(?:href|src|action|formaction)$/;

const isScript = (name: string): boolean => name.startsWith('on') || name === 'style' || name === 'srcdoc';

/** Addresses lead to pages: `javascript:` is none. */
function requireAddress(text: string): string {
  if (text === '' || /^(?:https?:\/\/|[/?#](?![/\\]))/.test(text)) return text;
  throw new TypeError('an address must begin with https://, /, ? or #');
}

/** Reads the texts of a template, a character at a time. */
function placesOf(texts: readonly string[]): readonly Place[] {
  const reader = new PlaceReader();
  return texts.slice(0, -1).map((text) => {
    for (const character of text) reader.read(character);
    return reader.place();
  });
}

class PlaceReader {
  #state: 'text' | 'name' | 'tag' | 'value' = 'text';
  #name = '';
  #attribute = '';
  #value = '';

  read(character: string): void {
    if (this.#state === 'text') {
      if (character === '<') [this.#state, this.#name] = ['name', ''];
    } else if (this.#state === 'value') {
      if (character === '"') [this.#state, this.#attribute] = ['tag', ''];
      else this.#value += character;
    } else if (character === '>') this.#state = 'text';
    else if (this.#state === 'name' && !/\s/.test(character)) this.#name += character;
    else this.#readTag(character);
  }

  #readTag(character: string): void {
    this.#state = 'tag';
    if (character === '"' && this.#attribute.endsWith('=')) [this.#state, this.#value] = ['value', ''];
    else if (/["'`]/.test(character)) throw new TypeError('attributes stand in double quotes');
    else this.#attribute = /\s/.test(character) ? '' : this.#attribute + character;
  }

  place(): Place {
    if (this.#state === 'text' && !/^(?:script|style)$/i.test(this.#name)) return 'text';
    if (this.#state === 'tag' && this.#attribute === '' && !this.#name.startsWith('!')) return 'tag';
    const attribute = this.#attribute.slice(0, -1).toLowerCase();
    if (this.#state !== 'value' || isScript(attribute)) throw new TypeError(`a value of a template stands where none may: ${this.#name}`);
    const isBegin = this.#value === '';
    this.#value += 'x';
    return isBegin && ADDRESS.test(attribute) ? 'address' : 'value';
  }
}
