/**
 * What the pure rooms throw when a text is not what the standard wants: they cannot know whether the caller or a peer is to blame.
 *
 * The signing side makes a TypeError of it (`signature/sign`), the verifying side a refusal with the same code (`signature/refusal`).
 *
 * @module
 */

/** What is wrong; each is a code of `VerificationError` too. */
export type ComponentErrorCode =
  | 'authority_forbidden'
  | 'component_uncovered'
  | 'component_unresolvable'
  | 'signature_malformed'
  | 'tag_mismatch'
  | 'target_malformed';

/** A message, a component or a signature that the standard does not allow. */
export class ComponentError extends Error {
  override readonly name = 'ComponentError';
  readonly code: ComponentErrorCode;

  constructor(code: ComponentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
