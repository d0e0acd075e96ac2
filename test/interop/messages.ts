/** The same messages for every peer: with content and without, with what URLs and fields can hold. */
import type { FieldLines, RequestMessage } from 'countersign';
import { createContentDigest } from 'countersign/http';

export const NOW = (): number => Math.floor(Date.now() / 1000);
export const SECRET = 'correct horse battery staple, 32+';
export const KEYID = 'jdoe';

const BODY = new TextEncoder().encode('{"currency":"goldcoins","amount":10}');

/** A message and the components that both sides cover. */
export interface InteropCase {
  readonly title: string;
  readonly message: RequestMessage & { readonly fields: FieldLines; readonly body?: Uint8Array };
  readonly components: readonly string[];
}

const CONTROL = ['@method', '@authority', '@path', '@query'];

const plain = { scheme: 'https', authority: 'bank.example' } as const;

/** Complete messages: what our verifier wants covered is there. */
export async function interopCases(): Promise<readonly InteropCase[]> {
  const digest = await createContentDigest(BODY);
  return [
    {
      title: 'POST with content',
      message: {
        ...plain,
        method: 'POST',
        target: '/coins?to=jdoe&note=%C3%A9%20x',
        fields: [
          ['content-type', 'application/json'],
          ['content-digest', digest],
        ],
        body: BODY,
      },
      components: [...CONTROL, 'content-type', 'content-digest'],
    },
    {
      title: 'GET without a query',
      message: { ...plain, method: 'GET', target: '/balance', fields: [] },
      components: CONTROL,
    },
    {
      title: 'DELETE on another port, with a field of its own',
      message: {
        ...plain,
        method: 'DELETE',
        authority: 'bank.example:8443',
        target: '/coins/7?now',
        fields: [['x-tenant', '  red, blue ']],
      },
      components: [...CONTROL, 'x-tenant', '@target-uri', '@scheme', '@request-target'],
    },
  ];
}

export function urlOf({ scheme, authority, target }: RequestMessage): string {
  return `${scheme}://${authority}${target}`;
}

/** Every change of a covered part that a peer must notice. */
export function changed<T extends { readonly method: string }>(message: T): T {
  return { ...message, method: 'PUT' };
}

/** A request whose fields are lines and whose content is there. */
export type InteropRequest = RequestMessage & { readonly fields: FieldLines; readonly body?: Uint8Array };

/** A parameter of a component. */
type Part = readonly [name: string, value: string | true];

/** An identifier, taken apart: `"x";key="a"` or `x`. */
export function parseIdentifier(text: string): { readonly name: string; readonly params: readonly Part[] } {
  const [head = '', ...rest] = text.split(';');
  const params = rest.map((part): Part => {
    const [name = '', value] = part.split('=');
    return [name, value === undefined ? true : value.slice(1, -1)];
  });
  return { name: head.replaceAll('"', ''), params };
}

/** An identifier as it is serialised. */
export const identifier = (text: string): string => (text.startsWith('"') ? text : `"${text}"`);

/** One message of the table. Without `components`, each signs as it does by default. */
export interface TableCase {
  readonly title: string;
  readonly message: InteropRequest;
  readonly components?: readonly string[];
}

const JSON_TYPE = ['content-type', 'application/json'] as const;

/** Typical messages and nasty ones. */
export async function tableCases(): Promise<readonly TableCase[]> {
  const digest = ['content-digest', await createContentDigest(BODY)] as const;
  const get = (target: string, fields: FieldLines = []): InteropRequest => ({ ...plain, method: 'GET', target, fields });
  const length = ['content-length', String(BODY.length)] as const;
  const post: InteropRequest = { ...plain, method: 'POST', target: '/coins', fields: [JSON_TYPE, length, digest], body: BODY };
  const base = ['@method', '@authority', '@path'];
  const many: FieldLines = [
    ['x-many', '1'],
    ['x-many', '2, 3'],
  ];
  const agent: FieldLines = [['signature-agent', 'sig1="https://agent.example"']];
  return [
    { title: 'GET', message: get('/balance') },
    { title: 'POST with content', message: post },
    { title: 'a query', message: get('/coins?to=jdoe&amount=10') },
    { title: 'an encoded query', message: get('/coins?to=%C3%A9%20x&note=a+b%2B~') },
    { title: 'an access token', message: get('/balance', [['authorization', 'GNAP 123454321']]) },
    { title: 'a port', message: { ...get('/balance'), authority: 'bank.example:8443' } },
    { title: '`@target-uri`, an encoded query', message: get('/coins?to=%C3%A9%20x&note=a+b%2B~'), components: ['@method', '@target-uri'] },
    { title: '`@query`', message: get('/coins?to=jdoe'), components: [...base, '@query'] },
    { title: '`@query`, there is none', message: get('/coins'), components: [...base, '@query'] },
    { title: '`@query`, a bare `?`', message: get('/coins?'), components: [...base, '@query'] },
    { title: '`@query-param`', message: get('/coins?to=a%20b&amount=10'), components: [...base, '"@query-param";name="to"'] },
    { title: 'a field', message: get('/coins', [['x-tenant', '  red,  blue ']]), components: [...base, 'x-tenant'] },
    { title: 'an empty field', message: get('/coins', [['x-empty', '']]), components: [...base, 'x-empty'] },
    { title: 'repeated lines', message: get('/coins', many), components: [...base, 'x-many'] },
    { title: 'repeated lines, `;bs`', message: get('/coins', many), components: [...base, '"x-many";bs'] },
    { title: 'a member, `;key`', message: get('/coins', agent), components: [...base, '"signature-agent";key="sig1"'] },
    { title: 'a structured field, `;sf`', message: get('/coins', [['priority', 'u=1,  i']]), components: [...base, '"priority";sf'] },
  ];
}
