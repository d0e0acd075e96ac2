/**
 * A server that takes uploads, in a process of its own: answers each with the bytes that it read, and what the process holds at the most.
 *
 * node --expose-gc upload-server.ts
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifiedHandler } from '../../../src/adapter/node.ts';
import { hmacKey } from '../../../src/crypto/hmac/hmac.ts';
import { createVerifier } from '../../../src/http/verifier.ts';
import { memoryReplayStore } from '../../../src/replay/memory-store.ts';

const verifier = createVerifier({
  insecurelyTrustHost: true,
  resolveKey: () => hmacKey('thirty-two bytes of a text secret, at least'),
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
});

const MIB = 1024 * 1024;

/** Bytes that JavaScript holds, inside its heap and outside of it. */
function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const server = createServer(
  verifiedHandler(
    verifier,
    async ({ body, finished }, _request, response) => {
      globalThis.gc?.();
      let length = 0;
      let most = held();
      let nextLook = MIB;
      for await (const piece of body) {
        length += piece.length;
        if (length < nextLook) continue;
        nextLook += 4 * MIB;
        // What nobody holds any more is not memory that the upload takes.
        globalThis.gc?.();
        most = Math.max(most, held());
      }
      await finished;
      globalThis.gc?.();
      response.end(JSON.stringify({ length, most, rss: process.memoryUsage().rss }));
    },
    { upload: { bodyBytes: 2 ** 31, bodyTimeout: 600 } },
  ),
);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
