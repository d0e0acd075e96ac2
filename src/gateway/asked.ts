/**
 * What a gateway asks, and the client's request that it asks about.
 *
 * @module
 */

import { digest } from '../crypto/digest.ts';
import { VerificationError } from '../errors.ts';
import { WITHHELD } from '../http/content.ts';
import { assertPrintable } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { equalBytes } from '../internal/bytes.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import type { Content, FieldLines, RequestMessage } from '../rfc9421/message.ts';
import { isIdentityField } from './identity.ts';
import { ANNOUNCED, type GatewayBody, type ProfileFacts } from './profiles.ts';

/** A request of the gateway. */
export interface AskedRequest {
  readonly method: string;
  /** The raw target; absent where the platform has only a URL that it wrote anew. */
  readonly target?: string | undefined;
  readonly fields: FieldLines;
  readonly body: Content;
}

/** By which the gateway shows that it is the gateway. */
const SECRET_FIELD = 'x-gateway-secret';

const PARTIAL_BODY = 'x-envoy-auth-partial-body';

/** What describes the gateway's own request, and not the client's. */
const OWN_FRAMING = ['content-length', 'transfer-encoding', 'expect'];

/** How a gateway asks. */
export interface AskingGateway {
  readonly facts: ProfileFacts;
  readonly body: GatewayBody;
  /** Whether a request knows the shared secret. */
  readonly knowsSecret: (given: string) => Awaitable<boolean>;
}

/** @throws {TypeError | RangeError} If it is no secret that a field can carry, or a short one. */
export function readGatewaySecret(secret: unknown): AskingGateway['knowsSecret'] {
  if (secret === undefined) return () => true;
  assertPrintable(secret, 'secret');
  if (secret.length < 16) throw new RangeError('secret must have 16 characters or more');
  const expected = encodeUtf8(secret);
  // Of equal length, whatever was sent.
  return async (given) => equalBytes(await digest('sha-256', encodeUtf8(given)), await digest('sha-256', expected));
}

/**
 * Requires that it is the gateway that asks.
 *
 * @throws {VerificationError} `gateway_misconfigured`
 */
export async function requireGateway({ fields }: AskedRequest, { knowsSecret }: AskingGateway): Promise<void> {
  const lines = createFieldReader(fields)(SECRET_FIELD) ?? [];
  if (lines.length > 1 || !(await knowsSecret(lines[0]?.trim() ?? '')))
    throw misconfigured(`${SECRET_FIELD} is missing or wrong: somebody else asks, or the gateway does not set it`);
}

/**
 * The client's request.
 *
 * @throws {VerificationError} `gateway_misconfigured` if the gateway does not say what it must, or says it twice; `field_forbidden` if the client
 *   sends what the gateway tells the backend.
 */
export function askedAbout(asked: AskedRequest, { facts, body }: AskingGateway): RequestMessage {
  const spoofed = asked.fields.find(([name]) => isIdentityField(name));
  if (spoofed !== undefined)
    throw new VerificationError('field_forbidden', `${spoofed[0].toLowerCase().slice(0, 40)} is not for clients to send`);
  const read = createFieldReader(asked.fields);
  const original = originalOf(asked, facts);
  const isShown = body === 'forwarded';
  if (isShown && read(PARTIAL_BODY)?.some((value) => value.trim() !== 'false'))
    throw new VerificationError('body_too_large', 'the gateway passes on only a part of the content');
  return {
    ...original,
    fields: [...clientFields(asked.fields, facts, isShown), ['host', original.authority], ...announced(asked.fields, facts, isShown)],
    body: isShown ? asked.body : WITHHELD,
  };
}

type Original = Pick<RequestMessage, 'method' | 'authority' | 'scheme' | 'target'>;

function originalOf({ method, target, fields }: AskedRequest, { original }: ProfileFacts): Original {
  const sole = (name: string): string => soleValue(fields, name);
  if (original === undefined) {
    if (target === undefined)
      throw misconfigured('this gateway asks with the target itself, which a Request does not keep as it was sent: use gateway.node');
    return { method, authority: sole('host'), scheme: 'https', target };
  }
  const scheme = sole(original.scheme).toLowerCase();
  if (scheme !== 'https' && scheme !== 'http') throw misconfigured(`${original.scheme} must be https or http`);
  return { method: sole(original.method), authority: sole(original.host), scheme, target: sole(original.target) };
}

/** The one value of a field that the gateway sets. None of these has a comma with a blank, or a blank, in it: a platform joins two lines so. */
function soleValue(fields: FieldLines, name: string): string {
  const lines = createFieldReader(fields)(name) ?? [];
  const value = lines[0]?.trim() ?? '';
  if (lines.length > 1 || /\s/.test(value))
    throw misconfigured(`${name} has several values: the gateway must write it anew, not add to it`);
  if (value === '') throw misconfigured(`${name} is missing: the gateway must say what the client asked for`);
  return value;
}

/** What the client sent, without what the gateway said. */
function clientFields(fields: FieldLines, { original }: ProfileFacts, isShown: boolean): FieldLines {
  const said = new Set([SECRET_FIELD, PARTIAL_BODY, 'host', ANNOUNCED.length, ANNOUNCED.coding]);
  for (const name of Object.values(original ?? {})) said.add(name);
  if (original !== undefined || !isShown) for (const name of OWN_FRAMING) said.add(name);
  return fields.filter(([name]) => !said.has(name.toLowerCase()));
}

/** How the client's content is framed, where the gateway says it beside its own. */
function announced(fields: FieldLines, { original }: ProfileFacts, isShown: boolean): FieldLines {
  const read = createFieldReader(fields);
  const own = original === undefined && !isShown;
  const some = (name: string): readonly string[] => (read(name) ?? []).filter((line) => line.trim() !== '');
  // Of unknown length: at least one byte, for who has to cover it.
  if (!isShown && some(ANNOUNCED.coding).length > 0) return [['content-length', '1']];
  const lengths = read(ANNOUNCED.length) === undefined && own ? some('content-length') : some(ANNOUNCED.length);
  return lengths.map((line) => ['content-length', line] as const);
}

function misconfigured(detail: string): VerificationError {
  return new VerificationError('gateway_misconfigured', detail);
}
