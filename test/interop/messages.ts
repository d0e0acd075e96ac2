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
