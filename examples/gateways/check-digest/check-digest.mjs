import { createHash } from 'node:crypto';

/** Whether the bytes of a body are those that were signed. */
export function contentMatches(verifiedDigest, body) {
  return ['sha-256', 'sha-512'].some((name) => {
    const digest = createHash(name.replace('-', '')).update(body).digest('base64');
    return verifiedDigest === `${name}=:${digest}:`;
  });
}
