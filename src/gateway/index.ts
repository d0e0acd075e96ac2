/**
 * `countersign/gateway`: verifies what a gateway asks about, for backends in any language.
 *
 * @module
 */

export type { OnEvent, VerificationEvent } from '../adapter/shared/events.ts';
export { createGateway, type Gateway, type GatewayOptions, type NodeRequestToGateway, type NodeResponseOfGateway } from './gateway.ts';
export type { GatewayBody, GatewayProfile } from './profiles.ts';
