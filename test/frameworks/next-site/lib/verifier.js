import { createVerifier, hmacKey, memoryReplayStore } from 'countersign';
import { signedUrls } from 'countersign/url';

export const verifier = createVerifier({
  authority: (host) => host.startsWith('127.0.0.1:'),
  respelledQuery: true,
  resolveKey: (keyid) =>
    keyid === 'jdoe' ? { key: hmacKey('what the bank gave to jdoe, 32 bytes or more'), scopes: ['coins:read'] } : undefined,
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  query: signedUrls(),
});
