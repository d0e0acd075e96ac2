/**
 * The first request, in Python without packages.
 *
 * @module
 */

import { escaped, literal, type SnippetKey, type Target } from './target.ts';

const pythonSecret = ({ secret }: SnippetKey): string => (secret === undefined ? "os.environ['COUNTERSIGN_SECRET']" : literal(secret));

const send = (
  { request: { method, url } }: Target,
  body: string,
): string => `request = urllib.request.Request(${literal(url)}, ${body}, fields, method=${literal(method)})
try:
    with urllib.request.urlopen(request) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as refusal:
    print(refusal.code, refusal.read().decode())`;

/** Signs with the secret. */
export function pythonSigned(target: Target, key: SnippetKey): string {
  const { request, authority, path, query } = target;
  const hasBody = request.body !== '';
  return `import base64, hashlib, hmac, ${key.secret === undefined ? 'os, ' : ''}secrets, time, urllib.error, urllib.request

keyid = ${literal(escaped(key.keyid))}
secret = ${pythonSecret(key)}
body = ${hasBody ? `${literal(request.body)}.encode()` : 'None'}


def bytes_field(data):
    return ':' + base64.b64encode(data).decode() + ':'


fields = {${hasBody ? `\n    'content-type': ${literal(request.contentType)},\n    'content-digest': 'sha-256=' + bytes_field(hashlib.sha256(body).digest()),\n` : ''}}
covered = {
    '@method': ${literal(request.method)},
    '@authority': ${literal(authority)},
    '@path': ${literal(path)},
    '@query': ${literal(query)},
    **fields,
}
names = ' '.join(f'"{name}"' for name in covered)
params = f'({names});created={int(time.time())};nonce="{secrets.token_urlsafe(16)}";keyid="{keyid}"'
lines = [f'"{name}": {value}' for name, value in covered.items()]
base = '\\n'.join([*lines, f'"@signature-params": {params}'])
signature = hmac.digest(secret.encode(), base.encode(), 'sha256')
fields |= {'signature-input': f'sig={params}', 'signature': f'sig={bytes_field(signature)}'}

${send(target, 'body')}`;
}

/** Sends the key along. */
export function pythonBearer(target: Target, key: SnippetKey): string {
  const { body, contentType } = target.request;
  const type = body === '' ? '' : `, 'content-type': ${literal(contentType)}`;
  return `import ${key.secret === undefined ? 'os, ' : ''}urllib.error, urllib.request

key = ${pythonSecret(key)}
fields = {'authorization': f'Bearer {key}'${type}}

${send(target, body === '' ? 'None' : `${literal(body)}.encode()`)}`;
}
