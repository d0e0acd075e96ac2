/** NestJS on both platforms: middleware and plugin before its parser, and the guard of the guide behind it. Decorators are applied by hand. */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Body, Controller, type INestApplication, Module, Post, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { VerifiedRequest } from 'countersign';
import { getVerified, verified } from 'countersign/express';
import { countersign } from 'countersign/fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { answerOf, bankVerifier, jdoe, order } from './support/bank.ts';

const opened: INestApplication[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

const page = readFileSync(join(import.meta.dirname, '../../docs/guides/frameworks/nestjs.md'), 'utf8');

/** The guard that the guide prints. */
async function guardOfGuide(): Promise<new (verifier: unknown) => object> {
  const code = page.slice(page.indexOf('## A guard')).match(/```ts\n([\s\S]*?)```/)![1]!;
  const file = join(import.meta.dirname, 'node_modules', '.guard-of-the-guide.ts');
  writeFileSync(file, code);
  const { VerifiedGuard } = (await import(file)) as { readonly VerifiedGuard: new (verifier: unknown) => object };
  return VerifiedGuard;
}

/** A module with one controller, `POST /bank/coins`. */
function bankModule(guard?: object): new () => object {
  class Bank {
    coins(request: object & { readonly verified?: VerifiedRequest }, body: unknown): object {
      const { keyid } = guard === undefined ? getVerified(request) : request.verified!;
      return { keyid, body };
    }
  }
  const coins = Object.getOwnPropertyDescriptor(Bank.prototype, 'coins')!;
  Reflect.defineMetadata('design:paramtypes', [Object, Object], Bank.prototype, 'coins');
  Req()(Bank.prototype, 'coins', 0);
  Body()(Bank.prototype, 'coins', 1);
  Post('coins')(Bank.prototype, 'coins', coins);
  if (guard !== undefined) UseGuards(guard as never)(Bank.prototype, 'coins', coins);
  Controller('bank')(Bank);
  class Root {}
  Module({ controllers: [Bank] })(Root);
  return Root;
}

interface Case {
  readonly fastify?: boolean;
  readonly prefix?: string;
  readonly rawBody?: boolean;
  readonly guard?: boolean;
}

async function open({ fastify = false, prefix = '', rawBody = false, guard = false }: Case): Promise<string> {
  const options = { logger: false, rawBody } as const;
  const verifier = bankVerifier();
  const root = bankModule(guard ? new (await guardOfGuide())(verifier) : undefined);
  const app = fastify ? await NestFactory.create(root, new FastifyAdapter(), options) : await NestFactory.create(root, options);
  if (!guard && fastify)
    await (app as unknown as { register(plugin: unknown, options: object): Promise<void> }).register(countersign, { verifier });
  if (!guard && !fastify) app.use(verified({ verifier }));
  if (prefix !== '') app.setGlobalPrefix(prefix);
  await app.listen(0, '127.0.0.1');
  opened.push(app);
  return `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}${prefix === '' ? '' : `/${prefix}`}/bank/coins`;
}

describe.each<[string, Case]>([
  ['on Express, middleware', {}],
  ['on Express, middleware, a global prefix', { prefix: 'api/v1' }],
  ['on Express, middleware, rawBody', { rawBody: true }],
  ['on Fastify, plugin', { fastify: true }],
  ['on Fastify, plugin, a global prefix', { fastify: true, prefix: 'api/v1' }],
  ['on Express, guard', { guard: true, rawBody: true }],
  ['on Express, guard, a global prefix', { guard: true, rawBody: true, prefix: 'api/v1' }],
  ['on Fastify, guard', { guard: true, rawBody: true, fastify: true }],
])('NestJS %s', (_, which) => {
  it('verifies, and parses the body', async () => {
    const url = await open(which);
    expect(await answerOf(await jdoe()(url, order))).toEqual([201, { keyid: 'jdoe', body: { currency: 'goldcoins', amount: 10 } }]);
    expect((await fetch(url, order)).status).toBe(401);
  });
});

it.each([false, true])('a guard without rawBody is a fault of the server, on Fastify: %s', async (fastify) => {
  expect((await jdoe()(await open({ guard: true, fastify }), order)).status).toBe(500);
});
