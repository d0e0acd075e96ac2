/**
 * `countersign/node`: requests of Node's `http`, `https` and `http2`.
 *
 * @module
 */

export type { Upload, UploadOptions } from '../http/upload/verify-upload.ts';
export { getConsumer, type Identify } from './identified.ts';
export { type NodeListenerOptions, nodeListener } from './node-listener.ts';
export { type FrameworkRequestLike, type MessageFromNodeOptions, messageFromNode } from './node-message.ts';
export type { CorsOptions } from './shared/cors.ts';
export type { OnEvent, VerificationEvent } from './shared/events.ts';
export type { AdapterOptions } from './shared/guard.ts';
export type { NodeRequestLike } from './shared/node-request.ts';
export type { NodeResponseLike } from './shared/node-response.ts';
export type { ResponseSigning } from './shared/response-signing.ts';
export type { TrustedProxy } from './shared/trusted-proxy.ts';
export { getVerified } from './shared/verified-requests.ts';
export {
  type IdentifiedHandler,
  type IdentifiedHandlerOptions,
  identifiedHandler,
  type UploadHandler,
  type UploadHandlerOptions,
  type VerifiedHandler,
  type VerifiedHandlerOptions,
  verifiedHandler,
} from './verified-handler.ts';
