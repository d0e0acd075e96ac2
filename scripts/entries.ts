/**
 * The sub-paths of the package, each with the source it is built from. A new one is a line here, one in the `exports` of
 * package.json and one in the `paths` of tsconfig.test.json; `test/package` checks that the three agree.
 *
 * @module
 */

/** Name in `dist` to source file; `index` is the root. */
export const entries: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  explain: 'src/explain/index.ts',
  node: 'src/adapter/node.ts',
  payload: 'src/payload/index.ts',
  url: 'src/url/index.ts',
};

/**
 * Files of their own in `dist`, not exported. A bundler loads a file whole or not at all: where what signs, what
 * verifies and each kind of key meet in one file, a page that signs would load them all.
 */
export const seams: Readonly<Record<string, string>> = {
  'fetch/signed-fetch': 'src/fetch/signed-fetch.ts',
  'http/verify': 'src/http/verify.ts',
  'crypto/hmac': 'src/crypto/hmac.ts',
  'crypto/signer': 'src/crypto/signer.ts',
  'crypto/import-raw': 'src/crypto/import-raw.ts',
};
