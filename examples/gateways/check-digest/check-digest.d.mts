/** Whether the bytes of a body are those that were signed. */
export function contentMatches(verifiedDigest: string, body: Uint8Array): boolean;
