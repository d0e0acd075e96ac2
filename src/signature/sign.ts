/**
 * What signing of requests and responses shares. A browser that signs requests loads this and no parser.
 *
 * @see RFC 9421, sections 3.1 and 4
 * @module
 */

import { type RandomBytes, randomNonce } from '../crypto/random.ts';
import type { Signer } from '../crypto/signer.ts';
import { assertInteger } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { encodeBase64 } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';
import { baseBytes, type ComponentSource, createSignatureBase } from '../rfc9421/base.ts';
import { type Component, plainComponent } from '../rfc9421/component.ts';
import type { Content } from '../rfc9421/message.ts';
import { MAX_NONCE, type SignatureParams, serializeSignatureParams } from '../rfc9421/params.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import { systemTime } from '../runtime/time.ts';
import { digestField } from './content-digest.ts';

/** How to sign. Times are whole seconds since the epoch, durations whole seconds. */
export interface SignOptions {
  readonly signer: Signer;
  /** Components to cover besides the defaults: `x-tenant`, or an identifier such as `"@query-param";name="id"`. */
  readonly components?: readonly string[] | undefined;
  /** The purpose. Tags that begin with `cs1-` belong to the other carriers. */
  readonly tag?: string | undefined;
  /** Sets `expires` that many seconds after `created`. */
  readonly expiresIn?: number | undefined;
  /** The dictionary key; `sig` unless the message has it already. */
  readonly label?: string | undefined;
  /** Also names the algorithm on the wire. The key decides it either way. */
  readonly includeAlg?: boolean | undefined;
  readonly nonce?: string | undefined;
  readonly created?: number | undefined;
  /** Structured types of fields that `sf` is used with. */
  readonly fieldTypes?: FieldTypes | undefined;
  readonly now?: (() => number) | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** What signing adds to a message. */
export interface SignedFields {
  /** Fields to set, each a whole value: earlier signatures are kept in it. Lower-case names. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly label: string;
  readonly created: number;
  readonly nonce: string;
  /** The signature base, for a look at what was signed. It holds no secret. */
  readonly base: string;
}

const WHEN_PRESENT: readonly Component[] = /* @__PURE__ */ ['content-type', 'content-encoding', 'content-digest'].map(plainComponent);

/** Reads a field as one value, by lower-case name. */
export type ReadField = (name: string) => string | undefined;

/** The digest that content without one is given; `undefined` if there is no content or a digest already. */
export function newDigest(body: Content, read: ReadField): Awaitable<string> | undefined {
  if (body !== undefined && !isBytes(body)) throw new TypeError('message.body must be bytes, or absent');
  return body !== undefined && body.length > 0 && read('content-digest') === undefined ? digestField('sha-256', body) : undefined;
}

/** Chooses the default components of a message: its control data, and whatever of its content there is. */
export function chooseComponents(
  control: readonly Component[],
  extra: readonly Component[],
  read: ReadField,
  digest: string | undefined,
): readonly Component[] {
  const components = [...control];
  for (const component of WHEN_PRESENT) {
    const isAdded = digest !== undefined && component.name === 'content-digest';
    if (isAdded || read(component.name) !== undefined) components.push(component);
  }
  for (const component of extra) addComponent(components, component);
  return components;
}

function addComponent(components: Component[], extra: Component): void {
  if (!components.some(({ identity }) => identity === extra.identity)) components.push(extra);
}

/** Signs what was chosen; the options were checked. `read` reads the message as it came, `digest` is what it is given besides. */
export async function signMessage(
  source: ComponentSource,
  components: readonly Component[],
  digest: string | undefined,
  read: ReadField,
  options: SignOptions,
): Promise<SignedFields> {
  const { signer, tag, expiresIn, includeAlg } = options;
  if (typeof signer?.sign !== 'function' || typeof signer.keyid !== 'string') throw new TypeError('signer must be a signer');
  const created = options.created ?? (options.now ?? systemTime)();
  assertInteger(created, 'created', 0, 2 ** 40);
  const nonce = options.nonce ?? randomNonce(signer, options.randomBytes);
  const params: SignatureParams = {
    created,
    expires: expiresIn === undefined ? undefined : created + expiresIn,
    nonce,
    keyid: signer.keyid,
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
  readonly text: string;
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
  const text = serializeSignatureParams(components, params);
  const base = ownBase(source, components, text);
  const finish = (bytes: Uint8Array): SignedBase => ({ text, base, signature: encodeBase64(bytes) });
  const signature = signer.sign(baseBytes(base));
  // Without waiting where the signature is there: a turn of the event loop costs a tenth of an HMAC.
  return isThenable(signature) ? signature.then(finish) : finish(signature);
}

/** What a verifier would refuse is, on this side, the caller's mistake. */
function ownBase(source: ComponentSource, components: readonly Component[], text: string): string {
  try {
    return createSignatureBase(source, components, text);
  } catch (cause) {
    const { name, message } = cause as Error;
    throw /^(Component|Verification)Error$/.test(name) ? new TypeError(`the message cannot be signed: ${message}`, { cause }) : cause;
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

const LABEL = /^[a-z*][a-z0-9_\-.*]*$/;

/** Checks the options that few signers use. @throws {TypeError | RangeError} */
export function checkOptions({ tag, label, expiresIn, nonce }: SignOptions): void {
  if (tag?.startsWith('cs1-')) throw new TypeError('tag must not begin with cs1-');
  if (label !== undefined && !LABEL.test(label)) throw new TypeError('label must be a structured field key');
  if (nonce !== undefined && (nonce === '' || nonce.length > MAX_NONCE))
    throw new RangeError(`nonce must have 1 to ${MAX_NONCE} characters`);
  if (expiresIn !== undefined) assertInteger(expiresIn, 'expiresIn', 1, 2 ** 31);
}
