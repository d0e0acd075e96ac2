/**
 * The first request with a new key, to be pasted: in curl, JavaScript and Python.
 *
 * @module
 */

import type { ReadFirstRequest } from '../options.ts';
import { curlBearer, curlSigned } from './curl.ts';
import { javascriptBearer, javascriptPair, javascriptSigned } from './javascript.ts';
import { pythonBearer, pythonSigned } from './python.ts';
import { type SnippetKey, targetOf } from './target.ts';

/** One program. */
export interface Snippet {
  readonly language: string;
  /** How it is run. */
  readonly how: string;
  readonly code: string;
}

const PASTE = 'Paste it into a terminal. It needs bash, curl and openssl.';
const NODE = 'Save it as first.mjs beside node_modules with countersign, and run: node first.mjs';
const PLAIN_NODE = 'Save it as first.mjs, and run: node first.mjs';
const PYTHON = 'Save it as first.py, and run: python3 first.py. It needs nothing but Python.';
const BROWSER = 'In a page of this site, bundled with countersign.';

/** The programs for a key. */
export function snippetsOf(request: ReadFirstRequest, key: SnippetKey): readonly Snippet[] {
  const target = targetOf(request);
  if (key.kind === 'ed25519') return [{ language: 'JavaScript', how: BROWSER, code: javascriptPair(target, key) }];
  const isSigned = key.kind === 'hmac';
  return [
    { language: 'curl', how: PASTE, code: isSigned ? curlSigned(target, key) : curlBearer(target, key) },
    {
      language: 'JavaScript',
      how: isSigned ? NODE : PLAIN_NODE,
      code: isSigned ? javascriptSigned(target, key) : javascriptBearer(target, key),
    },
    { language: 'Python', how: PYTHON, code: isSigned ? pythonSigned(target, key) : pythonBearer(target, key) },
  ];
}
