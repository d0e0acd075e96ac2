/**
 * A database that a command has open.
 *
 * @module
 */

import type { Database } from '../../sql/database.ts';

/** A database that is open, to be closed by who opened it. */
export interface Opened {
  readonly database: Database;
  close(): Promise<void>;
}
