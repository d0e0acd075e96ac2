/** Where the databases of tests are. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const connectionOf = (port: number) => ({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });

export function temporaryFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'countersign-sqlite-')), 'test.db');
}
