/**
 * The first request, for bash, curl and openssl.
 *
 * No secret is an argument of a program, which everybody on the machine could read: HMAC is two hashes, and curl reads a field from its input.
 *
 * @module
 */

import { escaped, type SnippetKey, type Target } from './target.ts';

/** A text in the quotes of a shell, which take everything but themselves. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The shell's own. */
const FROM_ENVIRONMENT = `$\{COUNTERSIGN_SECRET:?is missing}`;

const shellSecret = ({ secret }: SnippetKey): string => (secret === undefined ? FROM_ENVIRONMENT : quoted(secret));

const hmacFunctions = (): string => String.raw`hex() { od -An -v -tx1 | tr -d ' \n'; }
base64() { openssl base64 -A; }
hmac() { # RFC 2104: with openssl dgst -hmac, the secret would show in lists of processes
  local key inner='' outer='' i byte
  key=$(printf %s "$secret" | if [ "${'$'}{#secret}" -gt 64 ]; then openssl dgst -sha256 -binary; else cat; fi | hex)
  for ((i = 0; i < 128; i += 2)); do
    byte=$((16#${'$'}{key:i:2}0 / 16))
    printf -v inner '%s\\x%02x' "$inner" $((byte ^ 0x36))
    printf -v outer '%s\\x%02x' "$outer" $((byte ^ 0x5c))
  done
  { printf "$inner"; cat; } | openssl dgst -sha256 -binary |
    { printf "$outer"; cat; } | openssl dgst -sha256 -binary | base64
}`;

/** Signs with the secret. */
export function curlSigned({ request, authority, path, query }: Target, key: SnippetKey): string {
  const { method, url, body, contentType } = request;
  const hasBody = body !== '';
  const names = `"@method" "@authority" "@path" "@query"${hasBody ? ' "content-type" "content-digest"' : ''}`;
  const lines = [
    "bash <<'FIRST_REQUEST'",
    'set -euo pipefail',
    `keyid=${quoted(escaped(key.keyid))}`,
    `secret=${shellSecret(key)}`,
    ...(hasBody ? [`body=${quoted(body)}`] : []),
    '',
    hmacFunctions(),
    '',
    ...(hasBody ? ['digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | base64):"'] : []),
    `names=${quoted(names)}`,
    `params="($names);created=$(date +%s);nonce=\\"$(openssl rand -hex 16)\\";keyid=\\"$keyid\\""`,
    'signature=$(printf %s \\',
    `${quoted(`"@method": ${method}\n"@authority": ${authority}\n"@path": ${path}\n"@query": ${query}\n`)}\\`,
    ...(hasBody ? [`${quoted(`"content-type": ${contentType}\n"content-digest": `)}"$digest"$'\\n'\\`] : []),
    `'"@signature-params": '"$params" | hmac)`,
    '',
    `curl -sS -i -X ${method} --globoff --path-as-is \\`,
    ...(hasBody ? [`  -H ${quoted(`Content-Type: ${contentType}`)} -H "Content-Digest: $digest" --data-raw "$body" \\`] : []),
    '  -H "Signature-Input: sig=$params" -H "Signature: sig=:$signature:" \\',
    `  ${quoted(url)}`,
    'FIRST_REQUEST',
  ];
  return lines.join('\n');
}

/** Sends the key along. */
export function curlBearer({ request }: Target, key: SnippetKey): string {
  const { method, url, body, contentType } = request;
  const content = body === '' ? [] : [`  -H ${quoted(`Content-Type: ${contentType}`)} --data-raw ${quoted(body)} \\`];
  const field = (secret: string): string => `header = "Authorization: Bearer ${secret}"`;
  // An unquoted mark, so that the shell fills the variable in.
  const [mark, secret] = key.secret === undefined ? ['FIELD', FROM_ENVIRONMENT] : ["'FIELD'", key.secret];
  const lines = [
    `curl -sS -i -X ${method} --globoff --path-as-is \\`,
    ...content,
    `  --config - ${quoted(url)} <<${mark}`,
    field(secret),
    'FIELD',
  ];
  return lines.join('\n');
}
