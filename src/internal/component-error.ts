/**
 * What the pure modules throw: they cannot know whether the caller or a peer is to blame. A signer makes a TypeError of
 * it, a verifier a refusal with the same code.
 */
export class ComponentError extends Error {
  override readonly name = 'ComponentError';
  readonly code: 'authority_forbidden' | 'component_unresolvable' | 'signature_malformed' | 'target_malformed';

  constructor(code: ComponentError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
