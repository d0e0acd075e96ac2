/**
 * What signing needs besides for field lines, component parameters, responses and wishes: loaded when it is asked for.
 *
 * @module
 */

export { parseComponent } from '../signature/component.ts';
export { parseAcceptSignature } from './accept-signature.ts';
export { checkOptions } from './check-options.ts';
export { requestSource, responseSource } from './derive.ts';
export { messageFromRequest } from './message.ts';
export { fieldValues, openLines } from './open-lines.ts';
export { responseToComponents } from './response-components.ts';
