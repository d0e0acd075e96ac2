import { createVerifier, hmacKey, memoryReplayStore } from 'countersign';
import { signedUrls } from 'countersign/url';

/** What Next takes off the path where routes are handled on Node: its basePath. */
export const prefix = process.env.BASE_PATH ?? '';

export const verifier = createVerifier({
  authority: (host) => host.startsWith('127.0.0.1:'),
  respelledQuery: true,
  resolveKey: (keyid) =>
    keyid === 'jdoe' ? { key: hmacKey('what the bank gave to jdoe, 32 bytes or more'), scopes: ['coins:read'] } : undefined,
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  query: signedUrls(),
  limits: { bodyBytes: 16 * 2 ** 20 },
});
