/**
 * What signing with component parameters needs besides: loaded when it is asked for.
 *
 * @module
 */

export { parseComponent } from '../signature/component.ts';
export { requestSource } from './derive.ts';
