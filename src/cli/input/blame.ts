/**
 * Whose fault it is: the library says what is wrong with a value, and the command knows where that came from.
 *
 * @module
 */

import { Failure, UsageError } from '../command.ts';
import { nameOf } from './read.ts';

const isCallers = (error: unknown): error is Error => error instanceof TypeError || error instanceof RangeError;

/** Work with values from the arguments: what the library finds wrong with them is wrong use. @throws {UsageError} */
export async function ofArguments<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isCallers(error) ? new UsageError(error.message, { cause: error }) : error;
  }
}

/** Work with what a file holds. @throws {Failure} Naming the file. */
export async function ofFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isCallers(error) || error instanceof SyntaxError ? new Failure(`${nameOf(file)}: ${error.message}`, { cause: error }) : error;
  }
}
