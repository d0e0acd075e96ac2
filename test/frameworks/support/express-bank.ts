/** A bank in Express, for tests that stand outside of this folder, where Express is not installed. */
import type { Verifier } from 'countersign';
import { type AdapterOptions, getVerified, verified } from 'countersign/express';
import express from 'express';

/** An application that answers the verified target. */
export function expressBank(verifier: Verifier, options: AdapterOptions): ReturnType<typeof express> {
  const app = express();
  app.use(verified({ verifier, ...options }));
  app.use((request, response) => {
    const { path, query } = getVerified(request);
    response.json({ target: path() + query(), body: null });
  });
  return app;
}
