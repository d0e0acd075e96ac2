/**
 * How messages of a client are signed: chosen once, at creation, then the same for every message but for what each says itself.
 *
 * @module
 */

import type { Signer } from '../crypto/signer.ts';
import { checkCoverage, coversDigest } from '../http/covered-components.ts';
import { type SignRequestOptions, signRequest } from '../http/sign-request.ts';
import { assertFunction, assertSeconds, assertTexts } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import {
  type CoveredComponent,
  type NamedComponent,
  REQUEST_CONTROL,
  readCoveredComponents,
  readRequiredList,
} from '../rfc9421/coverage.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { parseComponent } from '../rfc9421/parse-component.ts';
import { requestSource } from '../rfc9421/source.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import { clockOf } from '../runtime/time.ts';
import { assertSigner, checkSignTerms } from '../signature/sign.ts';
import { denied } from './deny.ts';

/** One signature that was made. It holds no secret. */
export interface SignedEvent<Subject> {
  /** The name of the key that signed. */
  readonly keyid: string;
  /** The nonce of the message. */
  readonly nonce: string;
  /** Whole seconds since the epoch. */
  readonly created: number;
  /** The signature base, for `countersign/explain` or a log. Secrets of covered fields are masked. */
  readonly base: string;
  /** What was signed, before it is sent. */
  readonly request: Subject;
}

/** How requests are signed; `Subject` is what functions among the options are told of each. Durations are whole seconds. */
export interface SigningOptions<Subject> extends Omit<SignRequestOptions, 'signer' | 'components' | 'nonce' | 'created' | 'now'> {
  /** What signs, or a function that gives it, asked before every signature: keys may load late, rotate, or depend on the request. */
  readonly signer: Signer | ((request: Subject) => Awaitable<Signer>);
  /**
   * Components to cover besides the defaults: `x-tenant`, an identifier such as `"@query-param";name="id"`, or
   * `{ name: 'idempotency-key', when: 'present' }`; or a function that gives them for a request.
   */
  readonly components?: readonly CoveredComponent[] | ((request: Subject) => Awaitable<readonly CoveredComponent[]>) | undefined;
  /** The time, whole seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Told of each signature before its request is sent, and awaited. What it throws rejects the call. */
  readonly onSigned?: ((signed: SignedEvent<Subject>) => Awaitable<void>) | undefined;
}

/** Options of `signRequest` that are of one message: here they are ignored, so that no two messages share them. */
export interface PerMessage {
  readonly nonce?: unknown;
  readonly created?: unknown;
}

/** What a server asked for besides, and may have. */
export interface Asked {
  /** Identifiers. Those that a request has not are left out of its signature. */
  readonly components: readonly string[];
  readonly tag: string | undefined;
  readonly label: string | undefined;
  readonly expires: boolean;
  readonly nonce: string | undefined;
}

/** A signature, and what negotiation must know of it. */
export interface Signed {
  readonly signer: Signer;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly nonce: string;
  /** The identifiers covered besides the defaults. */
  readonly components: readonly string[];
}

/** What signs the messages of one client. */
export interface Signing<Subject> {
  /** Whether content is digested; else it is left unsigned, because the caller insists. */
  readonly coversContent: boolean;
  /**
   * Signs a message.
   *
   * @throws {TypeError | RangeError} If it cannot be signed.
   * @throws {SignedFetchError} `header_dropped` if a field to cover is lost.
   */
  sign(subject: Subject, message: RequestMessage, of?: OneMessage): Promise<Signed>;
}

/** What is of one message only. */
export interface OneMessage {
  /** Corrects the clock, in seconds. */
  readonly skew?: number | undefined;
  readonly asked?: Asked | undefined;
  /** Whether a field was given and is not sent. */
  readonly isLost?: ((name: string) => boolean) | undefined;
}

/** How long a signature of a single request may count; more is taken for milliseconds. */
const MAX_LIFETIME = 86_400;

/** Seconds that a signature counts where a server asks for an end and the caller set none. */
const ASKED_LIFETIME = 300;

/**
 * Checks how to sign.
 *
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export function createSigning<Subject>(options: SigningOptions<Subject>): Signing<Subject> {
  const { signer, components = [], required, onSigned, tag, label, expiresIn } = options;
  const { includeAlg, fieldTypes, randomBytes, insecurelyAllowUncovered = [] } = options;
  const fixed: Fixed = { tag, label, expiresIn, includeAlg, fieldTypes, randomBytes, insecurelyAllowUncovered };
  const now = clockOf(options.now);
  checkSignTerms(fixed);
  if (typeof signer !== 'function') assertGivenSigner(signer);
  if (onSigned !== undefined) assertFunction(onSigned, 'onSigned');
  if (expiresIn !== undefined) assertSeconds(expiresIn, 'expiresIn', 1, MAX_LIFETIME);
  assertTexts(insecurelyAllowUncovered, 'insecurelyAllowUncovered');
  checkCoverage({ required, components: typeof options.components === 'function' ? [] : options.components });
  if (required !== undefined)
    readRequiredList(required, { control: REQUEST_CONTROL, uncovered: new Set(insecurelyAllowUncovered), unbound: false });
  const named =
    required !== undefined
      ? readCoveredComponents(required, 'required')
      : typeof components === 'function'
        ? undefined
        : readCoveredComponents(components);

  return {
    coversContent: required === undefined ? !insecurelyAllowUncovered.includes('content-digest') : coversDigest({ required }),
    sign: async (subject, message, { skew = 0, asked, isLost } = {}) => {
      const chosen = typeof signer === 'function' ? await signer(subject) : signer;
      assertSigner(chosen);
      const given = typeof components === 'function' ? await components(subject) : components;
      const own = named ?? readCoveredComponents(given);
      requireSent(own, isLost);
      const wanted = asked?.components.filter((text) => hasComponent(message, text, fieldTypes)) ?? [];
      const created = Math.max(0, now() + skew);
      const coverage = required === undefined ? { components: [...given, ...wanted] } : { required: [...required, ...wanted] };
      const terms = { ...termsOf(fixed, message, asked), ...coverage, signer: chosen, created };
      const { fields, nonce, base } = await signRequest(message, terms);
      if (onSigned !== undefined) await onSigned({ keyid: chosen.keyid, nonce, created, base, request: subject });
      return { signer: chosen, fields, nonce, components: [...own.map(({ component }) => component.identifier), ...wanted] };
    },
  };
}

function assertGivenSigner(signer: unknown): void {
  if (isThenable(signer)) throw new TypeError('signer is a promise: await it, or give a function that answers it');
  assertSigner(signer);
}

type Fixed = Omit<SigningOptions<never>, 'signer' | 'components' | 'now' | 'onSigned'>;

/** What is signed with besides what was asked for. */
function termsOf(fixed: Fixed, { fields }: RequestMessage, asked: Asked | undefined): Fixed & Pick<SignRequestOptions, 'nonce'> {
  const { tag, label, expiresIn } = fixed;
  return {
    ...fixed,
    tag: tag ?? asked?.tag,
    // RFC 9421, section 5.2: under the label that was asked for, if it is free.
    label: label ?? (createFieldReader(fields)('signature-input') ? undefined : asked?.label),
    expiresIn: expiresIn ?? (asked?.expires ? ASKED_LIFETIME : undefined),
    nonce: asked?.nonce,
  };
}

/** @throws {SignedFetchError} `header_dropped` if a field that must be covered was given and got lost. */
function requireSent(own: readonly NamedComponent[], isLost: OneMessage['isLost']): void {
  for (const { component, mayLack } of own)
    if (!mayLack && !component.name.startsWith('@') && isLost?.(component.name)) throw denied('dropped', component.name);
}

/** Whether a request has a component: asked of the very function that signs. */
export function hasComponent(message: RequestMessage, text: string, types: FieldTypes | undefined): boolean {
  try {
    return requestSource(message, undefined, types)(parseComponent(text)) !== undefined;
  } catch {
    return false;
  }
}
