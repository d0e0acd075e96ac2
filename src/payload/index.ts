/**
 * `countersign/payload`: messages that an untrusted party relays.
 *
 * @module
 */

export { type SerialReplayStoreOptions, serialReplayStore } from '../replay/serial-store.ts';
export type { FormFields } from './canonical-bytes.ts';
export type { PayloadFormat } from './carrier.ts';
export {
  type SignatureMembers,
  type SignedForm,
  type SignedObject,
  type SignedText,
  type SignPayloadOptions,
  signPayload,
} from './sign-payload.ts';
export {
  type JsonObject,
  type LaterPayloadOptions,
  type PayloadInput,
  type PayloadOptions,
  type PayloadPolicy,
  type UnconsumedPayload,
  type VerifiedPayload,
  type VerifyPayloadOptions,
  verifyPayload,
} from './verify-payload.ts';
