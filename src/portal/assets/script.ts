/**
 * The script of the portal's pages, as browsers get it. Nothing but key pairs depends on it.
 *
 * It copies; it leads the page that shows a secret to the address of the key, so that a reload asks for nothing again, and clears it when it is
 * left; and it makes key pairs, as `openKeyPair` of countersign/browser keeps them, with the proof that `enrol` makes.
 *
 * @module
 */

export const SCRIPT: string = `'use strict';

const all = (selector) => [...document.querySelectorAll(selector)];

// Copying.

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return document.execCommand('copy');
  }
}

const said = document.createElement('p');
said.className = 'aloud';
said.setAttribute('role', 'status');
document.body.append(said);

for (const button of all('button[data-copy]')) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const done = await copy(document.getElementById(button.dataset.copy));
    button.textContent = done ? 'Copied' : 'Selected';
    said.textContent = done ? 'Copied.' : 'Selected: copy it with the keyboard.';
    setTimeout(() => {
      button.textContent = words;
      said.textContent = '';
    }, 2000);
  });
}

// What was wrong is where reading goes on.
const alert = document.querySelector('.alert');
if (alert) {
  alert.tabIndex = -1;
  alert.focus();
}

// A secret that is shown once.

const once = document.querySelector('[data-once]');
if (once) {
  const hide = () => {
    once.replaceChildren();
    const again = document.createElement('a');
    again.href = once.dataset.once;
    again.textContent = 'The secret was shown here, once. Go on to the key.';
    once.append(again);
  };
  history.replaceState(null, '', once.dataset.once);
  addEventListener('pagehide', hide);
}

// Key pairs.

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

// Each text after its length in four bytes.
function lengthPrefixed(...texts) {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const bytes = new Uint8Array(parts.reduce((length, part) => length + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

async function makePair(challenge) {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const { x } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const members = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x });
  const thumbprint = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(members)));
  const proof = await crypto.subtle.sign('Ed25519', pair.privateKey, lengthPrefixed('countersign enrolment', challenge, thumbprint));
  return { x, proof: base64url(proof), thumbprint, stored: { privateKey: pair.privateKey, publicKey: pair.publicKey } };
}

// Kept before it is registered: what is registered is there to be used.
function keep(name, pair) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('countersign', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' });
      transaction.objectStore('keys').put(pair, name);
      transaction.oncomplete = () => resolve(database.close());
      transaction.onabort = () => reject(transaction.error);
    };
  });
}

const form = document.querySelector('form[data-key-pair]');
if (form) {
  const button = form.querySelector('button[type=submit]');
  const failure = form.querySelector('[data-failure]');
  button.disabled = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const { x, proof, thumbprint, stored } = await makePair(form.dataset.keyPair);
      await keep(thumbprint, stored);
      form.elements.namedItem('x').value = x;
      form.elements.namedItem('proof').value = proof;
      form.submit();
    } catch {
      failure.textContent =
        'This browser makes or keeps no such keys: it is old, in a private window, or this page is not open over https. Request a key of another kind.';
      button.disabled = false;
    }
  });
}
`;
