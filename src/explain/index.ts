/**
 * `countersign/explain`: why a signature did not match.
 *
 * @module
 */

export { type Difference, type Explanation, explainMismatch } from './explain.ts';
