/**
 * Letting a schema of the application's look at a verified value.
 *
 * @see https://standardschema.dev
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { type Awaitable, isThenable } from '../../internal/awaitable.ts';

/** What we need of a Standard Schema: zod, valibot, arktype and others implement it. */
export interface StandardSchema<Output> {
  /** What Standard Schema version 1 says: a function that validates. */
  readonly '~standard': {
    readonly validate: (value: unknown) => Awaitable<StandardResult<Output>>;
  };
}

/** The outcome of a validation: a value, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/**
 * Validates a value at once.
 *
 * @throws {VerificationError} `payload_malformed` if it does not fit: with the place and never the value, which messages of schemas repeat.
 * @throws {TypeError} If the schema is asynchronous.
 */
export function validate<T>(schema: StandardSchema<T>, value: unknown): T {
  const result = validatorOf(schema)(value);
  if (isThenable(result)) {
    // Nobody waits for it.
    result.then(undefined, () => undefined);
    throw new TypeError('the schema is asynchronous: validate the value yourself');
  }
  return requireFit(result);
}

/** Validates a value, and waits for a schema that is asynchronous. @throws {VerificationError} `payload_malformed`. */
export async function validateLater<T>(schema: StandardSchema<T>, value: unknown): Promise<T> {
  return requireFit(await validatorOf(schema)(value));
}

function validatorOf<T>(schema: StandardSchema<T>): (value: unknown) => Awaitable<StandardResult<T>> {
  const standard: StandardSchema<T>['~standard'] | undefined = schema?.['~standard'];
  if (typeof standard?.validate !== 'function') throw new TypeError('schema must be a Standard Schema (zod, valibot, arktype, …)');
  return (value) => standard.validate(value);
}

function requireFit<T>(result: StandardResult<T>): T {
  if (result.issues === undefined) return result.value;
  throw new VerificationError('payload_malformed', `the content does not fit the schema at ${placeOf(result.issues[0]?.path)}`);
}

/** Where an issue is: the names the schema itself knows, bounded. */
function placeOf(path: readonly unknown[] = []): string {
  const keys = path.map((part) => (typeof part === 'object' && part !== null && 'key' in part ? part.key : part));
  return JSON.stringify(
    keys
      .map((key) => `/${String(key)}`)
      .join('')
      .slice(0, 200),
  );
}
