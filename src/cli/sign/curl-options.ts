/**
 * The options of curl: which of them take a value, which make the content, and which would send what is not signed.
 *
 * @module
 */

/** What an option of curl means here. */
export type CurlOption =
  /** Handed on as it is. */
  | { readonly kind: 'pass'; readonly takesValue: boolean }
  /** Read here: it makes the request what it is. */
  | { readonly kind: 'read'; readonly takesValue: boolean }
  /** Not taken. */
  | { readonly kind: 'refuse'; readonly why: string };

const flags = (...names: readonly string[]) => names.map((name) => [name, { kind: 'pass', takesValue: false }] as const);
const valued = (...names: readonly string[]) => names.map((name) => [name, { kind: 'pass', takesValue: true }] as const);
const read = (takesValue: boolean, ...names: readonly string[]) => names.map((name) => [name, { kind: 'read', takesValue }] as const);
const refused = (why: string, ...names: readonly string[]) => names.map((name) => [name, { kind: 'refuse', why }] as const);

const REDIRECT = 'a redirect would take the signature to where it does not belong: call again with the address that Location names';
const ONE = 'one signature is for one request: call once for each';
const MULTIPART =
  'curl makes up the boundary of a form after it is signed: write the form to a file, and send that with --data-binary @file';
const AGAIN = 'a signature counts once: call again, and it is signed anew';
const ELSEWHERE = 'what it says cannot be seen here: give it as options';

/** By long name. */
const table: ReadonlyMap<string, CurlOption> = new Map<string, CurlOption>([
  ...read(true, 'data', 'data-ascii', 'data-binary', 'data-raw', 'data-urlencode', 'json', 'header', 'request', 'url', 'upload-file'),
  ...read(false, 'get', 'head'),
  ...flags('anyauth', 'basic', 'ca-native', 'cert-status', 'compressed', 'compressed-ssh', 'create-dirs', 'crlf', 'disable', 'digest'),
  ...flags('fail', 'fail-early', 'fail-with-body', 'globoff', 'http0.9', 'http1.0', 'http1.1', 'http2', 'http2-prior-knowledge', 'http3'),
  ...flags(
    'http3-only',
    'include',
    'insecure',
    'ipv4',
    'ipv6',
    'junk-session-cookies',
    'no-alpn',
    'no-buffer',
    'no-clobber',
    'no-keepalive',
  ),
  ...flags('no-progress-meter', 'no-sessionid', 'path-as-is', 'progress-bar', 'proxy-insecure', 'proxytunnel', 'remote-header-name'),
  ...flags('remote-name', 'remote-time', 'remove-on-error', 'show-error', 'silent', 'ssl-no-revoke', 'ssl-reqd', 'styled-output'),
  ...flags('tcp-fastopen', 'tcp-nodelay', 'tlsv1', 'tlsv1.0', 'tlsv1.1', 'tlsv1.2', 'tlsv1.3', 'tr-encoding', 'trace-time', 'verbose'),
  ...valued('abstract-unix-socket', 'cacert', 'capath', 'cert', 'cert-type', 'ciphers', 'connect-timeout', 'connect-to', 'cookie'),
  ...valued('cookie-jar', 'crlfile', 'curves', 'dns-interface', 'dns-ipv4-addr', 'dns-servers', 'doh-url', 'dump-header', 'etag-compare'),
  ...valued('etag-save', 'expect100-timeout', 'happy-eyeballs-timeout-ms', 'interface', 'keepalive-time', 'key', 'key-type', 'limit-rate'),
  ...valued('local-port', 'max-filesize', 'max-time', 'noproxy', 'oauth2-bearer', 'output', 'output-dir', 'pinnedpubkey', 'preproxy'),
  ...valued('proto', 'proto-default', 'proxy', 'proxy-cacert', 'proxy-header', 'range', 'referer', 'resolve', 'socks5', 'socks5-hostname'),
  ...valued('speed-limit', 'speed-time', 'stderr', 'tls-max', 'tls13-ciphers', 'trace', 'trace-ascii', 'unix-socket', 'user', 'user-agent'),
  ...valued('write-out'),
  ...refused(REDIRECT, 'location', 'location-trusted'),
  ...refused(ONE, 'next', 'parallel', 'remote-name-all'),
  ...refused(MULTIPART, 'form', 'form-string'),
  ...refused(AGAIN, 'retry', 'retry-all-errors', 'retry-connrefused', 'retry-delay', 'retry-max-time', 'ntlm', 'negotiate'),
  ...refused(ELSEWHERE, 'config', 'url-query', 'request-target', 'variable', 'aws-sigv4', 'continue-at'),
]);

const SHORT: Readonly<Record<string, string>> = {
  '#': 'progress-bar',
  '0': 'http1.0',
  '1': 'tlsv1',
  '4': 'ipv4',
  '6': 'ipv6',
  A: 'user-agent',
  b: 'cookie',
  c: 'cookie-jar',
  C: 'continue-at',
  d: 'data',
  D: 'dump-header',
  e: 'referer',
  E: 'cert',
  f: 'fail',
  F: 'form',
  g: 'globoff',
  G: 'get',
  H: 'header',
  i: 'include',
  I: 'head',
  J: 'remote-header-name',
  j: 'junk-session-cookies',
  k: 'insecure',
  K: 'config',
  L: 'location',
  m: 'max-time',
  N: 'no-buffer',
  n: 'netrc',
  o: 'output',
  O: 'remote-name',
  p: 'proxytunnel',
  q: 'disable',
  r: 'range',
  R: 'remote-time',
  s: 'silent',
  S: 'show-error',
  T: 'upload-file',
  u: 'user',
  v: 'verbose',
  w: 'write-out',
  x: 'proxy',
  X: 'request',
  y: 'speed-time',
  Y: 'speed-limit',
  Z: 'parallel',
};

/** What an option means; `undefined` if it is not known here. */
export function curlOption(name: string): CurlOption | undefined {
  return table.get(name);
}

/** The long name of a letter. */
export function longName(letter: string): string | undefined {
  return Object.hasOwn(SHORT, letter) ? SHORT[letter] : undefined;
}

/** All long names that are taken. */
export const curlNames: readonly string[] = [...table].flatMap(([name, { kind }]) => (kind === 'refuse' ? [] : [name]));
