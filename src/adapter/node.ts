/**
 * `countersign/node`: requests of Node's `http`, `https` and `http2`.
 *
 * @module
 */

export { type MessageFromNodeOptions, messageFromNode, type NodeRequestLike } from './node-message.ts';
export type { TrustedProxy } from './trusted-proxy.ts';
export {
  type NodeResponseLike,
  type VerifiedHandler,
  type VerifiedHandlerOptions,
  verifiedHandler,
} from './verified-handler.ts';
