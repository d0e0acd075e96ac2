/**
 * The portal of API keys: a page for developers and for the provider's staff.
 *
 * @module
 */

export type { FirstRequest, KeyPortalOptions, PortalScope, PortalUser } from './options.ts';
export { createKeyPortal, type KeyPortal } from './portal.ts';
