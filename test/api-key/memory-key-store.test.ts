import { memoryKeyStore } from 'countersign/api-keys';
import { keyStoreChecks } from 'countersign/testing';
import { describe, it } from 'vitest';

describe('memoryKeyStore: the contract of key stores', () => {
  for (const { name, run } of keyStoreChecks({ create: memoryKeyStore })) it(name, run);
});
