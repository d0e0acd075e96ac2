/**
 * What a signed fetch needs only when something is not as usual: one module, so that it is loaded once.
 *
 * @module
 */

export { denied } from './deny.ts';
export { explainUnsigned } from './dropped-field.ts';
export { readBody } from './read-body.ts';
export { recover } from './recover.ts';
export { readRefusal } from './refusal.ts';
export { writeForm } from './write-form.ts';
