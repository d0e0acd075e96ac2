import type { PublicKey } from './public-key.ts';

/** Imports a public key of 32 bytes. `name` is what errors call it. What verifies is loaded at the first one. */
export async function importEd25519Public(publicKey: Uint8Array, name?: string): Promise<PublicKey> {
  return (await import('./ed25519-verify.ts')).prepareEd25519Public(publicKey, name);
}
