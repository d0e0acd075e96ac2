/**
 * Packs the built package once and installs the tarball in an empty project, as a user would.
 *
 * @module
 */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { npm } from './npm.ts';

/** What the package tests work with. */
export interface Packed {
  readonly tarball: string;
  /** Paths inside the tarball. */
  readonly files: readonly string[];
  /** A project with nothing but the package installed. */
  readonly consumer: string;
  /** Where further projects may be made; gone after the run. */
  readonly scratch: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly packed: Packed;
  }
}

export default function setup(project: TestProject): () => void {
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-package-'));
  const { tarball, files } = pack(project.config.root, scratch);
  const consumer = join(scratch, 'consumer');
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }\n');
  npm(['install', '--prefer-offline', tarball], consumer);
  project.provide('packed', { tarball, files, consumer, scratch });
  return () => rmSync(scratch, { recursive: true, force: true });
}

function pack(root: string, destination: string): Pick<Packed, 'tarball' | 'files'> {
  if (!existsSync(join(root, 'dist', 'index.js'))) throw new Error('there is no dist: run npm run build first');
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', destination], root)) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  return { tarball: join(destination, packed.filename), files: packed.files.map(({ path }) => path) };
}
