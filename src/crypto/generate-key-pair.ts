import type { GenerateKeyPairOptions, KeyPair } from './make-key-pair.ts';

/** Makes a key pair. What makes it is loaded at the first call. */
export async function generateKeyPair(options: GenerateKeyPairOptions = {}): Promise<KeyPair> {
  return (await import('./key-forms.ts')).makeKeyPair(options);
}
