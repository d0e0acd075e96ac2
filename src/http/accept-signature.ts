/**
 * Accept-Signature: asking the other side for a signature, and giving the one that was asked for.
 *
 * @see RFC 9421, section 5
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertPrintable, assertTexts } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { componentOf, parseComponent } from '../rfc9421/parse-component.ts';
import { assertLabel } from '../signature/sign.ts';
import { parseDictionary } from '../structured-fields/parse.ts';
import { serializeItem, serializeParameters } from '../structured-fields/serialize.ts';
import { type BareItem, type InnerList, type Item, isInnerList } from '../structured-fields/value.ts';

/** One signature that is asked for. */
export interface RequestedSignature {
  /** The dictionary key that the signature is to have. */
  readonly label: string;
  /** Identifiers, exactly these. */
  readonly components: readonly string[];
  /** Whether the signature should say when it was made. */
  readonly created?: boolean | undefined;
  /** Whether the signature should say when it ends. */
  readonly expires?: boolean | undefined;
  /** The nonce that the signature should carry. */
  readonly nonce?: string | undefined;
  /** The algorithm that is wanted. */
  readonly alg?: string | undefined;
  /** The key that is wanted. */
  readonly keyid?: string | undefined;
  /** The tag that the signature should carry. */
  readonly tag?: string | undefined;
}

/** The names of `RequestedSignature`. */
export const REQUESTED: OptionNames<RequestedSignature> = {
  label: true,
  components: true,
  created: true,
  expires: true,
  nonce: true,
  alg: true,
  keyid: true,
  tag: true,
};

const TEXTS = ['nonce', 'alg', 'keyid', 'tag'] as const;

/** Builds an Accept-Signature value. @throws {TypeError} If a component or text cannot be written. */
export function createAcceptSignature(requested: readonly RequestedSignature[]): string {
  if (!Array.isArray(requested) || requested.length === 0)
    throw new TypeError("requested must be a list, like [{ label: 'sig', components: ['@method'] }]");
  return requested
    .map((given: RequestedSignature) => {
      const one = readOptions(given, REQUESTED, { name: 'requested' });
      assertLabel(one.label);
      assertTexts(one.components, 'components');
      const components = one.components.map((text) => parseComponent(text, 'components').identifier).join(' ');
      const params = new Map<string, BareItem>();
      if (one.created) params.set('created', true);
      if (one.expires) params.set('expires', true);
      for (const name of TEXTS) {
        const value = one[name];
        if (value === undefined) continue;
        assertPrintable(value, name);
        params.set(name, value);
      }
      return `${one.label}=(${components})${serializeParameters(params)}`;
    })
    .join(', ');
}

/**
 * Parses an Accept-Signature value. What is asked is only a wish: check it against what you are willing to sign.
 *
 * @throws {VerificationError} `signature_malformed`.
 * @throws {TypeError} If it is no text.
 */
export function parseAcceptSignature(value: string): readonly RequestedSignature[] {
  if (typeof value !== 'string') throw new TypeError('value must be the text of an Accept-Signature field');
  try {
    return [...parseDictionary(value)].map(([label, member]) => {
      if (!isInnerList(member)) throw refusal(`${label} is not a list of components`);
      return readRequested(label, member);
    });
  } catch (cause) {
    throw cause instanceof VerificationError ? cause : refusal('it is not a valid dictionary', { cause });
  }
}

function readRequested(label: string, member: InnerList): RequestedSignature {
  const components = member.items.map((item) => componentOf(item, identifierOf(item)).identifier);
  const text = (name: (typeof TEXTS)[number]): string | undefined => {
    const value = member.params.get(name);
    if (value !== undefined && typeof value !== 'string') throw refusal(`${name} is not a text`);
    return value;
  };
  const flag = (name: string): boolean => {
    const value = member.params.get(name);
    if (value !== undefined && value !== true) throw refusal(`${name} must have no value`);
    return value === true;
  };
  return {
    label,
    components,
    created: flag('created'),
    expires: flag('expires'),
    nonce: text('nonce'),
    alg: text('alg'),
    keyid: text('keyid'),
    tag: text('tag'),
  };
}

function identifierOf(item: Item): string {
  return serializeItem({ value: item.value, params: item.params });
}

function refusal(why: string, options?: ErrorOptions): VerificationError {
  return new VerificationError('signature_malformed', `accept-signature: ${why}`, options);
}
