import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const BENCH = join(import.meta.dirname, '../../bench/server.ts');

it('bench:server measures every adapter: unsigned requests are answered by the plain server, and refused by the other', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, '--smoke']);
  const rows = stdout.split('\n').flatMap((line) => (/^\w+ +\d+ +\d+ +\d+ %/.test(line) ? [line.split(' ')[0]] : []));
  expect(rows).toEqual(['node', 'express', 'fastify', 'hono', 'koa']);
});
