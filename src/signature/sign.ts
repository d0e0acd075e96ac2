/**
 * Signing: what all carriers share. Here a signature base is made, signed, and written down; what a verifier would refuse is, on this side,
 * the caller's mistake.
 *
 * @see RFC 9421, section 3.1
 * @module
 */

import { signBase } from '../crypto/base.ts';
import { type RandomBytes, randomNonce } from '../crypto/random.ts';
import type { Signer } from '../crypto/signer.ts';
import {
  assertFlag,
  assertFunction,
  assertNoPromise,
  assertPrintable,
  assertSeconds,
  assertTexts,
  assertTime,
} from '../internal/assert.ts';
import { type Awaitable, andThen, isThenable } from '../internal/awaitable.ts';
import { toBase64 } from '../internal/base64.ts';
import { ComponentError } from '../internal/component-error.ts';
import { memberOf } from '../internal/options.ts';
import { LONGEST_LIFE } from '../replay/store.ts';
import { type ComponentSource, createSignatureBase, maskBase } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import type { CoveredComponent } from '../rfc9421/coverage.ts';
import { MAX_NONCE, type SignatureParams, serializeSignatureParams } from '../rfc9421/params.ts';
import { type FieldTypes, requireFieldTypes } from '../rfc9421/structured-field.ts';
import { clockOf } from '../runtime/time.ts';

/** How to sign. Times are whole seconds since the epoch, durations whole seconds. */
export interface SignOptions {
  /** What signs: `hmacSigner`, `createSigner`, or your own (a KMS). */
  readonly signer: Signer;
  /**
   * Components to cover besides the defaults: a field (`x-tenant`), a derived component (`@target-uri`), an identifier
   * (`"@query-param";name="id"`), or `{ name, when: 'present' }` for what is covered only where the message has it.
   */
  readonly components?: readonly CoveredComponent[] | undefined;
  /**
   * All that is covered, in this order and in place of the defaults; excludes `components`. What it leaves out of the defaults' control data
   * and of content is named in `insecurelyAllowUncovered`.
   */
  readonly required?: readonly CoveredComponent[] | undefined;
  /** The purpose, printable ASCII. Tags that begin with `cs1-` belong to the other carriers. Default: none. */
  readonly tag?: string | undefined;
  /** Sets `expires` that many seconds after `created`, 31 days at most. Default: no `expires`; the verifier's `maxAge` ends it. */
  readonly expiresIn?: number | undefined;
  /** The dictionary key; default: `sig`, or the next free of `sig2`, `sig3`, … */
  readonly label?: string | undefined;
  /** Also names the algorithm on the wire; default: false. The key decides it either way. */
  readonly includeAlg?: boolean | undefined;
  /** 1 to 128 characters, used once; default: 16 random bytes, base64url. */
  readonly nonce?: string | undefined;
  /** When the message is signed; default: now. */
  readonly created?: number | undefined;
  /** Structured types of fields that `;sf` is used with, by lower-case name, besides the registered ones. */
  readonly fieldTypes?: FieldTypes | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Where nonces come from; default: the runtime's `crypto`. */
  readonly randomBytes?: RandomBytes | undefined;
}

/** A parameter that a signature may go without (RFC 9421, section 2.3). */
export type OmittedParameter = 'created' | 'keyid' | 'nonce';

/** What a signer leaves out for a receiver that does not know it. */
export interface Omission {
  /**
   * Parameters to leave out. Without `nonce` the message counts until it is too old, as often as it is sent; without `created` until it
   * expires, or for ever; without `keyid` the receiver must know the key by something else.
   */
  readonly insecurelyOmit: readonly OmittedParameter[];
}

/** The same, if it is said. */
export interface MaybeOmission {
  readonly insecurelyOmit?: readonly OmittedParameter[] | undefined;
}

/** What signing adds to a message whose signature may lack parameters. */
export interface BareSignedFields extends Omit<SignedFields, 'created' | 'nonce'> {
  /** When it was signed, in whole seconds since the epoch; `undefined` if that was left out. */
  readonly created: number | undefined;
  /** The nonce; `undefined` if it was left out. */
  readonly nonce: string | undefined;
}

/** What signing adds to a message. */
export interface SignedFields {
  /** Fields to set, each a whole value: earlier signatures are kept in it. Lower-case names. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The dictionary key of the signature. */
  readonly label: string;
  /** When it was signed, in whole seconds since the epoch. */
  readonly created: number;
  /** The nonce; an answer that is tied to the request repeats it. */
  readonly nonce: string;
  /** The signature base, for a look at what was signed (`countersign/explain`). Values of covered credentials are left out. */
  readonly base: string;
}

const LABEL = /^[a-z*][a-z0-9_\-.*]*$/;

/**
 * Checks options that were read by `readOptions`.
 *
 * @throws {TypeError | RangeError}
 */
export function checkSignOptions(options: SignOptions): void {
  assertSigner(options.signer);
  checkSignTerms(options);
}

/**
 * Checks options that were read by `readOptions`, but for who signs, which may not be known yet.
 *
 * @throws {TypeError | RangeError}
 */
export function checkSignTerms({
  tag,
  label,
  expiresIn,
  includeAlg,
  nonce,
  created,
  fieldTypes,
  now,
  randomBytes,
}: Omit<SignOptions, 'signer' | 'components'>): void {
  if (tag !== undefined) assertPrintable(tag, 'tag');
  if (tag?.startsWith('cs1-')) throw new TypeError('tag must not begin with cs1-: such tags belong to the other carriers');
  if (label !== undefined) assertLabel(label);
  if (nonce !== undefined) assertNonce(nonce);
  if (expiresIn !== undefined) assertSeconds(expiresIn, 'expiresIn', 1, LONGEST_LIFE);
  if (created !== undefined) assertTime(created, 'created');
  requireFieldTypes(fieldTypes);
  if (includeAlg !== undefined) assertFlag(includeAlg, 'includeAlg');
  if (now !== undefined) assertFunction(now, 'now');
  if (randomBytes !== undefined) assertFunction(randomBytes, 'randomBytes');
}

/** Requires a dictionary key (RFC 9651, section 3.1.2). */
export function assertLabel(label: unknown): asserts label is string {
  if (typeof label !== 'string' || !LABEL.test(label))
    throw new TypeError('label must be a structured field key: lower-case letters, digits, _ - . *');
}

const OMITTED: readonly OmittedParameter[] = ['created', 'keyid', 'nonce'];

/** Requires names of parameters to leave out, none of them given. @throws {TypeError} */
export function checkOmission({ insecurelyOmit }: MaybeOmission, nonce: string | undefined): void {
  if (insecurelyOmit === undefined) return;
  assertTexts(insecurelyOmit, 'insecurelyOmit');
  if (!insecurelyOmit.every((name) => OMITTED.includes(name))) throw new TypeError(`insecurelyOmit must be some of ${OMITTED.join(', ')}`);
  if (nonce !== undefined && insecurelyOmit.includes('nonce')) throw new TypeError('nonce is given, and insecurelyOmit leaves it out');
}

/** Requires a nonce that a signature can carry. */
export function assertNonce(nonce: unknown): asserts nonce is string {
  assertPrintable(nonce, 'nonce');
  if (nonce.length > MAX_NONCE) throw new RangeError(`nonce must have 1 to ${MAX_NONCE} characters`);
}

/** Requires something that signs. */
export function assertSigner(signer: unknown): asserts signer is Signer {
  assertNoPromise(signer, 'signer');
  if (typeof signer !== 'object' || signer === null || typeof memberOf(signer, 'sign') !== 'function')
    throw new TypeError(
      'signer must be a signer: hmacSigner({ keyid, secret }), createSigner({ privateKey }), or { keyid, algorithm, sign }',
    );
  if (typeof memberOf(signer, 'keyid') !== 'string') throw new TypeError('signer.keyid must be a string');
}

/** When a message is signed: the time that was given, or that of a clock. */
export function createdOf({ created, now }: Pick<SignOptions, 'created' | 'now'>): number {
  return created ?? clockOf(now)();
}

/** Puts components behind those that are covered anyway, each once. */
export function withComponents(covered: readonly Component[], more: readonly Component[]): readonly Component[] {
  const components = [...covered];
  for (const component of more) {
    if (!components.some(({ identity }) => identity === component.identity)) components.push(component);
  }
  return components;
}

/** Reads a field as one value, by lower-case name. */
export type ReadField = (name: string) => string | undefined;

/** A message that is about to be signed. */
export interface SigningInput {
  readonly source: ComponentSource;
  readonly components: readonly Component[];
  /** The Content-Digest that the message is given besides. */
  readonly digest: string | undefined;
  /** Reads the message as it came. */
  readonly read: ReadField;
}

/** Signs a message of the header carrier; the options were checked. */
export function signMessage(input: SigningInput, options: SignOptions & { readonly insecurelyOmit?: undefined }): Promise<SignedFields>;
export function signMessage(input: SigningInput, options: SignOptions & MaybeOmission): Promise<BareSignedFields>;
export async function signMessage(
  { source, components, digest, read }: SigningInput,
  options: SignOptions & MaybeOmission,
): Promise<BareSignedFields> {
  const { signer, tag, expiresIn, includeAlg, insecurelyOmit: omitted = [] } = options;
  const now = createdOf(options);
  const created = omitted.includes('created') ? undefined : now;
  const nonce = omitted.includes('nonce') ? undefined : (options.nonce ?? randomNonce(signer, options.randomBytes));
  const params: SignatureParams = {
    created,
    expires: expiresIn === undefined ? undefined : now + expiresIn,
    nonce,
    keyid: omitted.includes('keyid') ? undefined : signer.keyid,
    alg: includeAlg ? signer.algorithm : undefined,
    tag,
  };
  const earlier = read('signature-input');
  const label = options.label ?? freeLabel(earlier);
  if (hasLabel(earlier, label)) throw new TypeError(`the message has a signature labelled ${label}`);
  const signing = signComponents(source, components, params, signer);
  const { text, base, signature } = isThenable(signing) ? await signing : signing;
  const fields: (readonly [name: string, value: string])[] = [
    ['signature-input', append(earlier, `${label}=${text}`)],
    ['signature', append(read('signature'), `${label}=:${signature}:`)],
  ];
  if (digest !== undefined) fields.unshift(['content-digest', digest]);
  return { fields, label, created, nonce, base };
}

/** What is signed, and the signature in Base64. */
export interface SignedBase {
  /** The value of `@signature-params`. */
  readonly text: string;
  /** The signature base, as it may be shown. */
  readonly base: string;
  readonly signature: string;
}

/** The one place where a base is signed; every carrier's writing side comes here. */
export function signComponents(
  source: ComponentSource,
  components: readonly Component[],
  params: SignatureParams,
  signer: Signer,
): Awaitable<SignedBase> {
  const { text, base } = callersMistake(() => {
    const text = serializeSignatureParams(components, params);
    return { text, base: createSignatureBase(source, components, text) };
  });
  const finish = (bytes: Uint8Array): SignedBase => ({ text, base: maskBase(base), signature: toBase64(bytes) });
  return andThen(signBase(signer, base), finish);
}

/** The one place where what the pure rooms throw becomes the caller's mistake. @throws {TypeError} */
export function callersMistake<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw cause instanceof ComponentError ? new TypeError(`the message cannot be signed: ${cause.message}`, { cause }) : cause;
  }
}

function append(earlier: string | undefined, member: string): string {
  return earlier ? `${earlier}, ${member}` : member;
}

function freeLabel(input: string | undefined): string {
  let label = 'sig';
  for (let number = 2; hasLabel(input, label); number++) label = `sig${number}`;
  return label;
}

/** Quoted text may look like a label too: then another one is taken, which harms nobody. */
function hasLabel(input: string | undefined, label: string): boolean {
  return input?.split(/[,\s]/).some((part) => part.startsWith(`${label}=`)) ?? false;
}
