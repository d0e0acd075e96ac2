/**
 * Runs the programs of `examples/other-languages` with the real interpreters: against each other, against an independent
 * implementation, and against countersign.
 *
 *   node test/languages/run.ts [language…]
 *
 * @module
 */

import { parseArgs } from 'node:util';
import { checkClock, countersign } from './countersign.ts';
import { checkDigests, digestLanguages } from './digests.ts';
import { checkLicenseRefusals, checkLicenses } from './licenses.ts';
import { ensureLanguages } from './packages.ts';
import { checkPayloadRefusals, checkPayloads, checkPayloadsBetween, checkUnconfigured, verifiesPayload } from './payloads.ts';
import { KEYID, type Peer, type Running, SECRET } from './peer.ts';
import { languages } from './protocol.ts';
import { reference } from './reference.ts';
import { checkRealRelays } from './relays.ts';
import { Report } from './report.ts';
import { checkBetween, checkRefusing, checkSigning, checkVerifying } from './requests.ts';
import { serveLanguage } from './serve.ts';
import { checkDecoder } from './spellings.ts';
import { Toolchain } from './toolchain.ts';
import { checkUrls } from './urls.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = languages.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const present = ensureLanguages(wanted);
const report = new Report();
if (process.env['CI']) await report.check('every language is there', () => requireAll());

const peers: readonly Peer[] = [reference, countersign];
const env = { COUNTERSIGN_KEYID: KEYID, COUNTERSIGN_SECRET: SECRET };
const ready: { readonly toolchain: Toolchain; readonly server: Running | undefined }[] = [];
for (const language of present) {
  await report.group(`${language.name} is built and serves`, async () => {
    const toolchain = await Toolchain.prepare(language, env);
    ready.push({ toolchain, server: language.serving && (await serveLanguage(toolchain)) });
  });
}
for (const peer of peers) {
  const home = await peer.serve();
  for (const { toolchain, server } of ready) {
    await report.group(`${toolchain.language.name} and ${peer.name}`, async () => {
      await checkSigning(report, toolchain, peer, home);
      if (server) await checkVerifying(report, toolchain, peer, server);
      await checkPayloads(report, toolchain, peer);
      await checkUrls(report, toolchain, peer);
      if (server) await checkLicenses(report, toolchain, peer);
    });
  }
  await home.close();
}
await report.group('decoders of other languages', async () => {
  for (const { name } of present) await checkDecoder(report, name);
});
await report.group('digest checks behind a gateway', async () => {
  const there = new Set(['javascript', ...present.map(({ name }) => name)]);
  for (const name of digestLanguages) if (there.has(name)) await checkDigests(report, name);
});
await report.group('relays in other languages', () => {
  return checkRealRelays(report, new Set(present.map(({ name }) => name)), countersign);
});
for (const { toolchain, server } of ready) {
  await report.group(`${toolchain.language.name} has no key`, () => checkUnconfigured(report, toolchain));
  if (server)
    await report.group(`${toolchain.language.name} refuses`, async () => {
      await checkRefusing(report, toolchain, server);
      await checkClock(report, toolchain.language.name, server);
      for (const kind of ['text', 'form', 'json'] as const)
        if (verifiesPayload(toolchain, kind)) await checkPayloadRefusals(report, toolchain, kind);
      await checkLicenseRefusals(report, toolchain);
    });
}
for (const { toolchain: signer } of ready) {
  await report.group(`${signer.language.name} and the other languages`, async () => {
    for (const { toolchain: verifier, server } of ready) {
      if (verifier === signer || !server) continue;
      await checkBetween(report, signer, verifier, server);
      await checkPayloadsBetween(report, signer, verifier);
    }
  });
}
for (const { toolchain, server } of ready) {
  await server?.close();
  toolchain.clear();
}
process.exitCode = report.finish() ? 0 : 1;

function requireAll(): void {
  const missing = wanted.filter((language) => !present.includes(language)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
}
