/** An application of Express behind API Gateway, by serverless-http: the event is verified, before it is made a request. */
import { signRequest } from 'countersign';
import { getVerified, verified } from 'countersign/lambda';
import { messageFromNode } from 'countersign/node';
import express, { type Request } from 'express';
import serverless from 'serverless-http';
import { expect, it } from 'vitest';
import { bankVerifier, signer } from './support/bank.ts';

const HOST = 'api.bank.example';

async function eventOf(target: string): Promise<object> {
  const body = '{"amount":10}';
  const type = ['content-type', 'application/json'] as const;
  const message = { method: 'POST', scheme: 'https', authority: HOST, target, fields: [type], body: new TextEncoder().encode(body) };
  const { fields } = await signRequest(message, { signer });
  const [path, query = ''] = target.split('?');
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: { host: HOST, ...Object.fromEntries([type, ...fields]) },
    requestContext: { http: { method: 'POST', path, sourceIp: '10.0.0.7' }, domainName: HOST, stage: '$default' },
    body,
    isBase64Encoded: false,
  };
}

it('verifies the event, and hands the application what was verified', async () => {
  const app = express();
  app.use(express.json());
  app.post('/coins', (request, response) => {
    const { verified: view } = request as Request & { readonly verified: ReturnType<typeof getVerified> };
    response.json({ keyid: view.keyid, body: request.body });
  });
  const inner = serverless(app, {
    request: (request: object, event: object) => void Object.assign(request, { verified: getVerified(event) }),
  });
  const handler = verified(inner as (event: object, context: object) => unknown, { verifier: bankVerifier({ authority: HOST }) });
  const answer = await handler(await eventOf('/coins?a=1'), {});
  expect([answer.statusCode, JSON.parse(answer.body!)]).toEqual([200, { keyid: 'jdoe', body: { amount: 10 } }]);
  const event = await eventOf('/coins');
  expect((await handler({ ...event, body: '{"amount":99}' }, {})).statusCode).toBe(400);
});

it('says so where the request is verified instead, of which the lines are gone', async () => {
  const app = express();
  const told: unknown[] = [];
  app.use((request, response) => {
    try {
      messageFromNode(request);
    } catch (error) {
      told.push((error as Error).message);
    }
    response.end();
  });
  await serverless(app)((await eventOf('/coins')) as object, {});
  expect(told).toEqual([expect.stringContaining('Verify the event itself, with countersign/lambda')]);
});
