/**
 * Why a signature did not match: the two signature bases held against each other, line by line.
 *
 * The signer has its base (`signRequest` returns it); the verifier shows its own in a refusal, if the deployment opted in
 * with `insecurelyExposeSignatureBase`, or in its log. Neither holds a secret.
 *
 * @module
 */

import { assertText } from '../internal/assert.ts';
import { readOptions } from '../internal/options.ts';
import { parseBase } from './parse-base.ts';

/** One line that is not the same on both sides. */
export interface Difference {
  /** The identifier: `"@authority"`. */
  readonly component: string;
  /** What the signer signed; `undefined` if the line is not there. */
  readonly signed: string | undefined;
  /** What the verifier saw; `undefined` if the line is not there. */
  readonly received: string | undefined;
  /** Why that usually happens. */
  readonly cause: string;
  /** What to do about it. */
  readonly advice: string;
}

/** What two bases say about a refusal. */
export interface Explanation {
  /** Whether all lines agree: then the secrets differ, or the keyid means another key. */
  readonly same: boolean;
  /** What differs, in the order of the lines. */
  readonly differences: readonly Difference[];
  /** The whole as text, a line a finding. */
  readonly summary: string;
}

/**
 * Explains a mismatch by the two signature bases.
 *
 * @throws {TypeError} If either is not a signature base.
 */
export function explainMismatch(bases: { readonly signed: string; readonly received: string }): Explanation {
  const { signed, received } = readOptions(bases, { signed: true, received: true }, { name: 'bases' });
  assertText(signed, 'signed');
  assertText(received, 'received');
  const ours = parseBase(signed, 'signed');
  const theirs = parseBase(received, 'received');
  const differences: Difference[] = [];
  for (const component of new Set([...ours.keys(), ...theirs.keys()])) {
    const mine = ours.get(component);
    const other = theirs.get(component);
    if (mine !== other) differences.push({ component, signed: mine, received: other, ...reasonOf(component, mine, other) });
  }
  const same = differences.length === 0;
  return Object.freeze({ same, differences: Object.freeze(differences), summary: same ? SAME : differences.map(describe).join('\n') });
}

const SAME =
  'All lines agree: the message arrived as it was signed, and the secrets differ. Check that both sides have the secret of this keyid, and that neither decodes it (a text secret is its UTF-8 bytes).';

function describe({ component, signed, received, cause, advice }: Difference): string {
  return `${component}: signed ${quote(signed)}, received ${quote(received)}. ${cause} ${advice}`;
}

function quote(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

type Reason = Pick<Difference, 'cause' | 'advice'>;

/** Known causes by component. */
const REASONS: Readonly<Record<string, Reason>> = {
  '"@authority"': {
    cause: 'A proxy rewrote Host.',
    advice: 'Pass the host that clients use on to the verifier, for instance with proxy_set_header Host.',
  },
  '"@scheme"': { cause: 'A proxy ends TLS.', advice: 'Set the scheme option of createVerifier to the one that clients use.' },
  '"@path"': { cause: 'A proxy or router rewrote the path.', advice: 'Verify before rewriting, with the raw target.' },
  '"@query"': {
    cause: 'The query was changed or written anew.',
    advice: 'Verify the raw query, or say respelledQuery: true where a framework writes it anew; sign the URL that is really sent.',
  },
  '"@target-uri"': {
    cause: 'A proxy rewrote scheme, host or path.',
    advice: 'Give the verifier the scheme, authority and raw target that clients use.',
  },
  '"@method"': { cause: 'The method was overridden or changed in case.', advice: 'Verify the method as it was sent.' },
  '"content-digest"': {
    cause: 'The body was changed: a middleware parsed and wrote it again, or a proxy transformed it.',
    advice: 'Hash the bytes as they arrive, before any body parser.',
  },
  '"content-type"': {
    cause: 'The content type was changed after signing.',
    advice: 'Set it before signing and keep proxies from adding a charset.',
  },
  '"content-encoding"': { cause: 'A proxy compressed or decompressed the body.', advice: 'Turn that off for signed requests.' },
};

function reasonOf(component: string, signed: string | undefined, received: string | undefined): Reason {
  if (component === '"@signature-params"') return paramsReason(signed, received);
  const known = Object.hasOwn(REASONS, component) ? REASONS[component] : undefined;
  if (known !== undefined) return known;
  if (received === undefined) return { cause: 'A proxy dropped the field.', advice: 'Let it pass, or do not cover it.' };
  if (signed === undefined)
    return { cause: 'The verifier covers a line that was not signed.', advice: 'Compare the bases of one and the same message.' };
  return { cause: 'A proxy or middleware changed the field.', advice: 'Set it before signing and keep others from changing it.' };
}

/** Another nonce or time means that the two bases are of two messages. */
function paramsReason(signed = '', received = ''): Reason {
  const parameter = (text: string, name: string) => new RegExp(`;${name}=("[^"]*"|[0-9]+)`).exec(text)?.[1];
  for (const name of ['nonce', 'created']) {
    if (parameter(signed, name) !== parameter(received, name)) {
      return {
        cause: `The bases are of two messages: ${name} differs.`,
        advice: 'Compare the base of the refused attempt; every attempt is signed anew.',
      };
    }
  }
  return { cause: 'The parameters were re-ordered or written anew on the way.', advice: 'Pass Signature-Input on as it is.' };
}
