/**
 * Whatever has to do with key forms beyond 32 raw bytes, and with algorithms beyond Ed25519 and HMAC: one lazily loaded
 * chunk. Importing a key is asynchronous anyway, and most pages never import such a one.
 *
 * @module
 */

export { privatePem, publicPem } from './export-pem.ts';
export { makePrivateKey, makePublicKey } from './make-key.ts';
export { makeKeyPair, publicHalf } from './make-key-pair.ts';
export { publicMembers } from './public-members.ts';
export { readPrivateCryptoKey, readPublicCryptoKey } from './read-crypto-key.ts';
export { readPrivateJwk, readPublicJwk } from './read-jwk.ts';
export { readPrivatePem, readPublicPem } from './read-pem.ts';
export { importWebPublic } from './web-key.ts';
