/** The contract of key stores, over real databases. */

import { migrate, sqlKeyStore } from 'countersign/sql';
import { keyStoreChecks } from 'countersign/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Opened } from './support/databases.ts';

/** Tables of their own: two clients have one server. */
let stores = 0;
const prefixOf = (): string => `keys_${String.fromCharCode(97 + Math.floor(stores / 26), 97 + (stores++ % 26))}_`;

describe.each(Object.entries(databases))('sqlKeyStore over %s', (_, open) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
  });

  afterAll(() => opened.close());

  const create = async () => {
    const prefix = prefixOf();
    await migrate(opened.database, { prefix });
    return sqlKeyStore(opened.database, { prefix });
  };

  for (const { name, run } of keyStoreChecks({ create })) it(name, run);

  it('says when its tables are not there, and takes no other arguments', async () => {
    const prefix = prefixOf();
    const store = sqlKeyStore(opened.database, { prefix });
    await expect(store.revision()).rejects.toThrow();
    await migrate(opened.database, { prefix });
    await opened.database.run(`DELETE FROM ${prefix}meta WHERE name = 'revision'`);
    await expect(store.revision()).rejects.toThrow('the tables of keys are not there: call migrate');
    expect(() => sqlKeyStore({} as never)).toThrow(TypeError);
    expect(() => sqlKeyStore(opened.database, { prefix: 'x;' })).toThrow(RangeError);
    expect(() => sqlKeyStore(opened.database, { notify: 'A b' })).toThrow(TypeError);
    expect(() => sqlKeyStore({ ...opened.database, transaction: undefined } as never)).toThrow('keys need a database with transactions');
  });
});
