/**
 * The first request, in JavaScript.
 *
 * @module
 */

import { literal, type SnippetKey, type Target } from './target.ts';

const scriptSecret = ({ secret }: SnippetKey): string => (secret === undefined ? 'process.env.COUNTERSIGN_SECRET' : literal(secret));

function init({ request: { method, body, contentType } }: Target, fields: readonly string[] = []): string {
  const headers = [...fields, ...(body === '' ? [] : [`'Content-Type': ${literal(contentType)}`])];
  const members = [
    `method: ${literal(method)}`,
    ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} }`] : []),
    ...(body === '' ? [] : [`body: ${literal(body)}`]),
  ];
  return `{\n${members.map((member) => `  ${member},\n`).join('')}}`;
}

const PRINT = 'console.log(response.status, await response.text());';

/** Signs with the secret. */
export function javascriptSigned(target: Target, key: SnippetKey): string {
  return `import { createSignedFetch, hmacSigner } from 'countersign';

const signer = hmacSigner({
  keyid: ${literal(key.keyid)},
  secret: ${scriptSecret(key)},
});
const send = createSignedFetch({ signer });

const response = await send(${literal(target.request.url)}, ${init(target)});
${PRINT}`;
}

/** Signs with the pair that this browser keeps. */
export function javascriptPair(target: Target, { keyid }: SnippetKey): string {
  return `import { createSignedFetch } from 'countersign';
import { openKeyPair } from 'countersign/browser';

const { signer } = await openKeyPair(${literal(keyid)}, { keyid: ${literal(keyid)} });
const send = createSignedFetch({ signer });

const response = await send(${literal(target.request.url)}, ${init(target)});
${PRINT}`;
}

/** Sends the key along. */
export function javascriptBearer(target: Target, key: SnippetKey): string {
  return `const key = ${scriptSecret(key)};

const response = await fetch(${literal(target.request.url)}, ${init(target, ["Authorization: 'Bearer ' + key"])});
${PRINT}`;
}
