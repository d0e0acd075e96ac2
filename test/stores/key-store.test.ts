/** The contract of key stores, over real databases. */
import { keyStoreChecks } from 'countersign/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyStatements } from '../../src/sql/key-schema.ts';
import { sqlKeyStore } from '../../src/sql/key-store.ts';
import { databases, type Opened } from './support/databases.ts';

const TABLES = ['countersign_key', 'countersign_event', 'countersign_claim', 'countersign_meta'];

describe.each(Object.entries(databases))('sqlKeyStore over %s', (_, open) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
  });

  afterAll(() => opened.close());

  const create = async () => {
    for (const table of TABLES) await opened.database.run(`DROP TABLE IF EXISTS ${table}`);
    for (const statement of keyStatements) await opened.database.run(statement);
    return sqlKeyStore(opened.database);
  };

  for (const { name, run } of keyStoreChecks({ create })) it(name, run);

  it('takes its tables twice, and says when they are not there', async () => {
    const store = await create();
    for (const statement of keyStatements) await opened.database.run(statement);
    await opened.database.run('DELETE FROM countersign_meta');
    await expect(store.revision()).rejects.toThrow('the tables of keys are not there');
  });
});
