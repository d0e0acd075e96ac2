/**
 * What an engine has and lacks, asked of the engine itself and not of the library: for the reference page.
 *
 * @module
 */

import { formWith } from './body-tests.ts';
import type { EngineFacts } from './config.ts';
import { engine, unhex, utf8 } from './engine.ts';

/** A signature that holds, by a key of mixed order. */
const PROBE = {
  publicKey: 'f9a627e2c5849324083d812f9eddb51bc408970e9f8e04b78c74ac5ae3bcc395',
  message: 'split 0 1',
  signature:
    '17154ab32a3b1c2cdc2c57d46d11a77b7a2e7eff5ec7d5926d2e2e855560aa36e2d4f58217874a07c578f5cffb78a89ef819ee4893110e7d42e9d934ced46504',
};

/** Asks. */
export async function measureEngine(): Promise<EngineFacts> {
  return {
    webCrypto: engine.crypto?.subtle !== undefined,
    webEd25519: await judgesExactly(engine.crypto?.subtle as SubtleCrypto | undefined),
    nodeCrypto: engine.process?.getBuiltinModule?.('node:crypto') !== undefined,
    fetch: engine.Request !== undefined,
    formFiles: await readsForms(),
    page: engine.document !== undefined,
    secureContext: engine.isSecureContext === true,
  };
}

async function judgesExactly(subtle: SubtleCrypto | undefined): Promise<boolean> {
  if (subtle === undefined) return false;
  try {
    const key = await subtle.importKey('raw', unhex(PROBE.publicKey), 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', key, unhex(PROBE.signature), utf8(PROBE.message));
  } catch {
    return false;
  }
}

/** Whether a `Request` gives the bytes of a form that has a file. WebKitGTK's does not. */
async function readsForms(): Promise<boolean> {
  if (engine.Request === undefined) return false;
  try {
    const request = new Request('https://bank.example/', { method: 'POST', body: formWith({}, new Uint8Array(3)) });
    return (await request.arrayBuffer()).byteLength > 0;
  } catch {
    return false;
  }
}
