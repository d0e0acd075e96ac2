/**
 * A browser's own key: in pages with real storage, and the clear refusal of pages that may not have one.
 *
 * @module
 */

import { createSignedFetch } from 'countersign';
import { deleteKeyPair, isKeyStorageError, openKeyPair } from 'countersign/browser';
import { importPublicKeyJwk, jwkThumbprint } from 'countersign/key-pairs';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine, utf8 } from './engine.ts';
import { openDocument, SHARED_KEY } from './key-document.ts';

/** Declares the tests. */
export function pageTests(test: Declare): void {
  if (engine.document === undefined) return;
  if (engine.isSecureContext !== true) {
    test('an insecure origin has no stored key, and says why', async () => {
      ok(isKeyStorageError(await refuses(() => openKeyPair('suite'), 'insecure_origin')), 'a KeyStorageError');
    });
    return;
  }
  test('a stored pair is the same at every opening, also when two open at once', async () => {
    await deleteKeyPair('suite');
    const pairs = await Promise.all([openKeyPair('suite'), openKeyPair('suite'), openKeyPair('suite')]);
    const again = await openKeyPair('suite', { keyid: pairs[0]!.keyid });
    equal(new Set([...pairs, again].map(({ keyid }) => keyid)).size, 1);
    equal(again.keyid, await jwkThumbprint(again.publicJwk));
  });
  test('it signs, and its private half is not to be had', async () => {
    const { signer, publicJwk } = await openKeyPair('suite');
    const publicKey = await importPublicKeyJwk(publicJwk);
    equal(await publicKey.verify(utf8('base'), await signer.sign(utf8('base'))), true);
    ok(!JSON.stringify([signer, publicJwk]).includes('"d"'), 'nothing private');
    equal(typeof createSignedFetch({ signer }), 'function');
  });
  test('a deleted pair is lost, and the next one is another', async () => {
    const first = await openKeyPair('suite');
    await first.delete();
    await refuses(() => openKeyPair('suite', { keyid: first.keyid }), 'key_lost');
    const second = await openKeyPair('suite');
    ok(second.keyid !== first.keyid, 'another keyid');
    await second.delete();
  });
  test('two documents at once, a reload and the page itself find one pair, and after a deletion another', async () => {
    await deleteKeyPair(SHARED_KEY);
    const documents = [openDocument(), openDocument()];
    const found = await Promise.all(documents.map(({ keyid }) => keyid));
    found.push(await documents[0]!.reload(), (await openKeyPair(SHARED_KEY)).keyid);
    equal(new Set(found).size, 1);
    await deleteKeyPair(SHARED_KEY);
    const next = await documents[1]!.reload();
    ok(next !== found[0], 'another keyid');
    equal(next, (await openKeyPair(SHARED_KEY)).keyid);
    await deleteKeyPair(SHARED_KEY);
    for (const { close } of documents) close();
  });
}
