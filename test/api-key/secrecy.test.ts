/** No secret in anything that is shown or kept: errors, logs, JSON, `inspect`, events, and the database file itself. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryKeyStore } from 'countersign/api-keys';
import { migrate, openSqlite, sqlKeyStore } from 'countersign/sql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findSecrets, liveThroughAll, shownOf } from './secrecy-story.ts';

describe.each([
  ['a SQLite file', true],
  ['memory', false],
])('keys in %s', (_, inFile) => {
  let folder: string;
  const logged: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrecy-'));
    for (const level of ['log', 'error', 'warn', 'info', 'debug'] as const)
      vi.spyOn(console, level).mockImplementation((...given) => void logged.push(...given.map(shownOf)));
  });

  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('show and keep no secret, whatever happens to them', async () => {
    const database = openSqlite(join(folder, 'keys.db'));
    await migrate(database);
    const told = await liveThroughAll(inFile ? sqlKeyStore(database) : memoryKeyStore());
    // Before it is closed, so that the write-ahead log is there too.
    const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    database.close();
    files.push(...readdirSync(folder).map((file) => readFileSync(join(folder, file))));
    expect(told.shown.length).toBeGreaterThan(30);
    expect(logged.length).toBeGreaterThan(0);
    const places = [Buffer.from(told.shown.join('\n')), Buffer.from(logged.join('\n')), ...files];
    expect(findSecrets(told, places)).toEqual([]);
    // What is found where it may be: the search works.
    if (inFile) expect(files.some((file) => file.includes(told.keyid))).toBe(true);
    expect(places[0]!.includes(told.keyid)).toBe(true);
    expect(findSecrets(told, [Buffer.from(Buffer.from(told.secrets[2]!).toString('base64'))]).length).toBeGreaterThan(0);
  });
});
