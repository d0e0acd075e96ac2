/**
 * What signing needs besides for field lines, component parameters and responses: loaded when it is asked for.
 *
 * @module
 */

export { parseComponent } from '../signature/component.ts';
export { responseSource } from './derive.ts';
export { fieldValues, openLines } from './open-lines.ts';
export { responseToComponents } from './response-components.ts';
