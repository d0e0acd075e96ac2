import { afterEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, hmacKey, hmacSigner, memoryReplayStore, signRequest } from '../../src/index.ts';
import { openSqlite } from '../../src/sql/index.ts';

const MESSAGE = { method: 'POST', scheme: 'https', authority: 'bank.example', target: '/', fields: [], body: new Uint8Array([1]) };

/** What runtimes have for `process` that are not Node. */
const PROCESSES: Readonly<Record<string, unknown>> = {
  'whose functions throw (the edge runtime of Next)': {
    getBuiltinModule: () => {
      throw new Error('A Node.js API is used (process.getBuiltinModule) which is not supported in the Edge Runtime.');
    },
  },
  'with an environment and nothing else': { env: {} },
  'of a bundler': { getBuiltinModule: () => undefined },
  'that is none': undefined,
};

afterEach(() => vi.unstubAllGlobals());

describe.each(Object.keys(PROCESSES))('a process %s', (name) => {
  it('is no Node: signing, verifying and remembering do without', async () => {
    vi.stubGlobal('process', PROCESSES[name]);
    const secret = 'what the bank gave to jdoe, 32 bytes or more';
    const { fields } = await signRequest(MESSAGE, { signer: hmacSigner({ keyid: 'jdoe', secret }) });
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: () => hmacKey(secret),
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    });
    const { keyid } = await verifier.verifyRequest({ ...MESSAGE, fields });
    const opening = () => openSqlite(':memory:');
    expect(keyid).toBe('jdoe');
    expect(opening).toThrow(/npm install libsql/);
  });
});
