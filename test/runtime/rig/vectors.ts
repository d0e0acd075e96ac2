/**
 * The vectors that every runtime has to agree on, made small: hex in, hex out.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hostileEd25519Vectors } from '../../support/hostile-ed25519.ts';
import type { BundledVectors, Ed25519Case, HmacCase } from '../suite/vectors.ts';

const FOLDER: string = process.env['COUNTERSIGN_VECTORS'] ?? resolve(import.meta.dirname, '../../../../shared/vectors');

interface Wycheproof<Group> {
  readonly testGroups: readonly (Group & {
    readonly tests: readonly { readonly tcId: number; readonly msg: string; readonly result: string }[];
  })[];
}

/** Reads the vectors; empty, and loudly so, where they are absent. */
export function bundleVectors(): BundledVectors {
  return { ed25519: ed25519(), hmac: hmac(), hostile: hostile() };
}

function read<Group>(name: string): Wycheproof<Group>['testGroups'] {
  let text: string;
  try {
    text = readFileSync(resolve(FOLDER, 'wycheproof', `${name}.json`), 'utf8');
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn(`NO VECTORS: ${name} is not in ${FOLDER}`);
    return [];
  }
  return (JSON.parse(text) as Wycheproof<Group>).testGroups;
}

interface Ed25519Group {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly { readonly tcId: number; readonly msg: string; readonly sig: string; readonly result: string }[];
}

function ed25519(): readonly Ed25519Case[] {
  return read<Ed25519Group>('ed25519_test').flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig, result }) => ({
      name: `wycheproof ${tcId}`,
      publicKey: publicKey.pk,
      message: msg,
      signature: sig,
      valid: result === 'valid',
    })),
  );
}

interface HmacGroup {
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly key: string;
    readonly tag: string;
    readonly result: string;
  }[];
}

function hmac(): readonly HmacCase[] {
  return read<HmacGroup>('hmac_sha256_test').flatMap(({ tests }) =>
    tests.map(({ tcId, key, msg, tag, result }) => ({
      name: `wycheproof ${tcId}`,
      secret: key,
      message: msg,
      tag,
      valid: result === 'valid',
    })),
  );
}

function hostile(): readonly Ed25519Case[] {
  return hostileEd25519Vectors().map(({ group, ...vector }, index) => ({ name: `hostile ${index}, ${group}`, ...vector }));
}
