/** The packages that we exchange messages with, each behind the same face: how its README signs and verifies, and what ours need for it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJwk, signRequest as fedifySign, verifyRequest as fedifyVerify, generateCryptoKeyPair } from '@fedify/fedify/sig';
import * as hello from '@hellocoop/httpsig';
import { createHeaders, generateJwk, validateSignature, validateSignatureHeaders } from '@interledger/http-signature-utils';
import {
  type CoveredComponent,
  createSigner,
  type FieldLines,
  type Policy,
  type RequestMessage,
  type ResolveKeyWithoutKeyid,
  type ResponseMessage,
  type ResponsePolicy,
  type Signer,
  type SignRequestOptions,
  type VerificationKey,
} from 'countersign';
import {
  importPrivateKeyJwk,
  importPrivateKeyPem,
  importPublicKeyJwk,
  importPublicKeyPem,
  type Jwk,
  jwkThumbprint,
} from 'countersign/key-pairs';
import { activityPub, openPayments, webBotAuth } from 'countersign/presets';
import * as messageSig from 'http-message-sig';
import { httpbis, createSigner as signatureSigner, createVerifier as signatureVerifier } from 'http-message-signatures';
import * as bots from 'web-bot-auth';
import { signerFromJWK, verifierFromJWK } from 'web-bot-auth/crypto';
import { type InteropRequest, identifier, parseIdentifier, urlOf } from './messages.ts';

/** A package. */
export interface Peer {
  readonly name: string;
  /** Signs, as its README does, or covering what is listed; rejects if it cannot. The fields that come back replace those of the message. */
  sign(message: InteropRequest, components?: readonly string[]): Promise<FieldLines>;
  /** Whether it takes a signature of ours. */
  verify(message: RequestMessage): Promise<boolean>;
  /** What its signatures must cover in any case. */
  readonly always?: readonly string[];
  /** How ours sign for it: a preset, or one line. */
  readonly signing: Omit<SignRequestOptions, 'signer'>;
  /** What ours ask of its signatures: a preset, or one line. */
  readonly policy: Policy;
  readonly signer: Signer;
  readonly key: VerificationKey;
  readonly resolveKeyWithoutKeyid?: ResolveKeyWithoutKeyid;
  /** Fields that it needs beside the signature. */
  readonly fields?: FieldLines;
  readonly responses?: ResponsePeer;
}

/** Where it signs and verifies responses, too. */
export interface ResponsePeer {
  sign(response: ResponseMessage, request: RequestMessage): Promise<FieldLines>;
  verify?(response: ResponseMessage, request: RequestMessage): Promise<boolean>;
  readonly policy: ResponsePolicy;
}

const now = (): number => Math.floor(Date.now() / 1000);

/** A body as text, as most packages want it. */
const textOf = ({ body }: RequestMessage): string | undefined => (body instanceof Uint8Array ? new TextDecoder().decode(body) : undefined);

function headersOf({ fields }: Pick<RequestMessage, 'fields'>): Headers {
  const headers = new Headers();
  for (const [name, value] of fields as FieldLines) headers.append(name, value);
  return headers;
}

/** Fields as a record of lower-case names, repeated lines as a list. */
function recordOf({ fields }: Pick<RequestMessage, 'fields'>): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of fields as FieldLines) {
    const earlier = record[name.toLowerCase()];
    record[name.toLowerCase()] = earlier === undefined ? value : [...(Array.isArray(earlier) ? earlier : [earlier]), value];
  }
  return record;
}

/** The same, lines joined. */
const joinedOf = (message: Pick<RequestMessage, 'fields'>): Record<string, string> => Object.fromEntries(headersOf(message));

const requestOf = (message: RequestMessage): Request =>
  new Request(urlOf(message), { method: message.method, headers: headersOf(message), body: textOf(message) ?? null });

interface Ed25519 {
  readonly jwk: Jwk & { readonly d: string; readonly x: string; readonly kty: string; readonly crv: string };
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly signer: Signer;
  readonly key: VerificationKey;
}

async function ed25519(keyid?: string): Promise<Ed25519> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' }) as Ed25519['jwk'];
  const name = keyid ?? (await jwkThumbprint(jwk));
  const signer = createSigner({ privateKey: await importPrivateKeyJwk(jwk), keyid: name });
  return { jwk, privateKey, publicKey, signer, key: await importPublicKeyJwk({ kty: 'OKP', crv: 'Ed25519', x: jwk.x }) };
}

const CONTENT: CoveredComponent = { name: 'content-digest', when: 'present' };

async function httpMessageSignatures(): Promise<Peer> {
  const keyid = 'peer-key';
  const { privateKey, publicKey, signer, key } = await ed25519(keyid);
  const peerSigner = signatureSigner(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })), 'ed25519', keyid);
  const peerVerifier = signatureVerifier(createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), 'ed25519');
  const keyLookup = async () => ({ id: keyid, algs: ['ed25519' as const], verify: peerVerifier });
  const config = { key: peerSigner, name: 'sig1', params: ['keyid', 'alg', 'created'] };
  const required = ['@request-target', '@authority', '@method', CONTENT] as const;
  const linesOf = (headers: Record<string, string | string[]>): FieldLines =>
    Object.entries(headers).flatMap(([name, value]) => [value].flat().map((line) => [name, line] as const));
  return {
    name: 'http-message-signatures 1.0.6',
    sign: async (message, components) => {
      const own = ['@method', '@authority', '@request-target', ...(message.body ? ['content-digest'] : [])];
      const fields = (components ?? own).map((text) => identifier(text));
      const { headers } = await httpbis.signMessage(
        { ...config, fields },
        { method: message.method, url: urlOf(message), headers: recordOf(message) },
      );
      return linesOf(headers);
    },
    verify: async (message) =>
      (await httpbis.verifyMessage({ keyLookup }, { method: message.method, url: urlOf(message), headers: recordOf(message) })) === true,
    signing: {},
    policy: { required, insecurelyAllowMissingNonce: true },
    signer,
    key,
    responses: {
      sign: async (response, request) => {
        const fields = ['@status', '"content-digest"', '"@method";req', '"@authority";req', '"@path";req'].map(identifier);
        const { headers } = await httpbis.signMessage(
          { ...config, fields },
          { status: response.status, headers: recordOf(response) },
          { method: request.method, url: urlOf(request), headers: recordOf(request) },
        );
        return linesOf(headers);
      },
      verify: async (response, request) =>
        (await httpbis.verifyMessage(
          { keyLookup },
          { status: response.status, headers: recordOf(response) },
          { method: request.method, url: urlOf(request), headers: recordOf(request) },
        )) === true,
      policy: {
        required: ['@status', 'content-digest', '"@method";req', '"@authority";req', '"@path";req'],
        insecurelyAllowUnboundResponse: true,
        insecurelyAllowMissingNonce: true,
      },
    },
  };
}

async function httpMessageSig(): Promise<Peer> {
  const keyid = 'peer-key';
  const { jwk, signer, key } = await ed25519(keyid);
  const usages = { private: await crypto.subtle.importKey('jwk', jwk as JsonWebKey, 'Ed25519', false, ['sign']) };
  const publicKey = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x: jwk.x }, 'Ed25519', false, ['verify']);
  const peerVerifier = messageSig.webcrypto.verifier(publicKey);
  const fieldsOf = ({ fields }: Pick<RequestMessage, 'fields'>) => (fields as FieldLines).map(([name, value]) => ({ name, value }));
  const peerRequest = (message: RequestMessage) =>
    ({
      kind: 'request',
      method: message.method,
      targetUri: urlOf(message),
      requestTarget: message.target,
      fields: fieldsOf(message),
    }) as const;
  const peerResponse = (response: ResponseMessage, request: RequestMessage) =>
    ({ kind: 'response', status: response.status, fields: fieldsOf(response), request: peerRequest(request) }) as const;
  const componentOf = (text: string) => {
    const { name, params } = parseIdentifier(text);
    return params.length === 0 ? name : messageSig.component(name, Object.fromEntries(params));
  };
  const signWith = async (message: messageSig.SignatureMessage, components: readonly string[]): Promise<FieldLines> => {
    const { signature, signatureInput } = await messageSig.createSignature(message, {
      components: components.map(componentOf),
      parameters: { created: now(), keyid },
      signer: messageSig.webcrypto.signer(usages.private),
    });
    return [
      ['signature-input', signatureInput],
      ['signature', signature],
    ];
  };
  const verifyWith = async (message: messageSig.SignatureMessage): Promise<boolean> => {
    const policy = { algorithms: ['ed25519'], requiredComponents: [], requiredParameters: ['created', 'keyid'], maxAge: 300, clockSkew: 5 };
    return (await messageSig.verifySignature(message, { policy, resolveVerifier: () => peerVerifier })).parameters.keyid === keyid;
  };
  return {
    name: 'http-message-sig 0.3.0',
    sign: async (message, components) => {
      const own = ['@method', '@authority', '@target-uri', ...(message.body ? ['content-digest'] : [])];
      return [...message.fields, ...(await signWith(peerRequest(message), components ?? own))];
    },
    verify: (message) => verifyWith(peerRequest(message)),
    signing: {},
    policy: { required: ['@method', '@target-uri', CONTENT], insecurelyAllowMissingNonce: true },
    signer,
    key,
    responses: {
      sign: async (response, request) => [
        ...(response.fields as FieldLines),
        ...(await signWith(peerResponse(response, request), ['@status', '"content-digest"', '"@method";req', '"@target-uri";req'])),
      ],
      verify: (response, request) => verifyWith(peerResponse(response, request)),
      policy: {
        required: ['@status', 'content-digest', '"@method";req', '"@target-uri";req', { name: '"content-digest";req', when: 'present' }],
        insecurelyAllowMissingNonce: true,
      },
    },
  };
}

async function hellocoop(): Promise<Peer> {
  const { jwk, signer, key } = await ed25519();
  const signingKey = { ...jwk, alg: 'Ed25519' } as never;
  const sign = async (message: InteropRequest, components?: readonly string[]): Promise<FieldLines> => {
    const { headers } = await hello.fetch(urlOf(message), {
      method: message.method,
      headers: headersOf(message),
      body: textOf(message) ?? null,
      signingKey,
      signatureKey: { type: 'hwk' },
      dryRun: true,
      ...(components && { components: components.map(plain) }),
    });
    return [...headers];
  };
  const sample = await sign({ method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] });
  const [signatureKey] = sample.filter(([name]) => name === 'signature-key');
  return {
    name: '@hellocoop/httpsig 2.2.0',
    sign,
    verify: async (message) => {
      const [path = '', query] = message.target.split('?');
      const body = textOf(message);
      const { verified } = await hello.verify({
        method: message.method,
        authority: message.authority,
        path,
        ...(query !== undefined && { query }),
        headers: headersOf(message),
        ...(body !== undefined && { body }),
      });
      return verified;
    },
    always: ['signature-key'],
    signing: {
      label: 'sig',
      required: ['@method', '@authority', '@path', 'signature-key', CONTENT],
      insecurelyAllowUncovered: ['@query'],
    },
    policy: {
      required: ['@method', '@authority', '@path', 'signature-key', CONTENT],
      insecurelyAllowUncovered: ['@query'],
      insecurelyAllowMissingNonce: true,
    },
    signer,
    key,
    // The key travels in a covered field; whose it is, is known by its thumbprint.
    resolveKeyWithoutKeyid: (untrusted) => {
      const x = /;x="([^"]+)"/.exec(untrusted.field('signature-key') ?? '')?.[1];
      return x === jwk.x ? { key, canonicalKeyid: signer.keyid } : undefined;
    },
    fields: [signatureKey!],
  };
}

async function webBots(): Promise<Peer> {
  const { jwk, signer, key } = await ed25519();
  const peerSigner = await signerFromJWK(jwk as JsonWebKey);
  const peerVerifier = await verifierFromJWK(jwk as JsonWebKey);
  const times = () => ({ created: new Date(now() * 1000), expires: new Date((now() + 300) * 1000) });
  const componentOf = (text: string) => {
    const { name, params } = parseIdentifier(text);
    return params.length === 0 ? name : { name, parameters: new Map(params) };
  };
  const likeOf = (message: RequestMessage) => ({ method: message.method, url: urlOf(message), headers: headersOf(message) });
  return {
    name: 'web-bot-auth 0.1.3',
    sign: async (message, components) => {
      const params = { ...times(), ...(components && { components: components.map(componentOf) }) };
      const made = await bots.signatureHeaders(likeOf(message), peerSigner, params);
      return [...message.fields, ...Object.entries(made)];
    },
    verify: async (message) => {
      await bots.verify(likeOf(message), peerVerifier);
      return true;
    },
    signing: webBotAuth.signing,
    policy: webBotAuth.policy,
    signer,
    key,
    responses: {
      sign: async (response, request) => {
        const pair = { response: { status: response.status, headers: headersOf(response) }, request: likeOf(request) };
        return [...(response.fields as FieldLines), ...Object.entries(await bots.directoryResponseHeaders(pair, [peerSigner], times()))];
      },
      // It signs the host alone.
      policy: {
        ...webBotAuth.directory.policy,
        required: ['"@authority";req'],
        insecurelyAllowUncovered: ['@status', 'content-digest'],
      },
    },
  };
}

async function fedify(): Promise<Peer> {
  const keyid = 'https://remote.example/users/bob#main-key';
  const pair = await generateCryptoKeyPair('RSASSA-PKCS1-v1_5');
  const privatePem = createPrivateKey({ key: (await exportJwk(pair.privateKey)) as never, format: 'jwk' }).export({
    type: 'pkcs8',
    format: 'pem',
  });
  const publicKeyPem = String(createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }));
  const document = {
    '@context': 'https://w3id.org/security/v1',
    id: keyid,
    type: 'CryptographicKey',
    owner: 'https://remote.example/users/bob',
    publicKeyPem,
  };
  const documentLoader = async (url: string) => ({ contextUrl: null, documentUrl: url, document });
  const rsa = { algorithm: 'rsa-v1_5-sha256' } as const;
  return {
    name: '@fedify/fedify 2.3.6',
    sign: async (message, components) => {
      const covered = components
        ?.filter((text) => text !== 'content-digest')
        .map((text) => {
          const { name, params } = parseIdentifier(text);
          return { value: name, params: Object.fromEntries(params) };
        });
      const signed = await fedifySign(requestOf(message), pair.privateKey, new URL(keyid), {
        spec: 'rfc9421',
        ...(covered && { rfc9421: { components: covered } }),
      });
      return [...signed.headers];
    },
    verify: async (message) => (await fedifyVerify(requestOf(message), { documentLoader, spec: 'rfc9421' })) !== null,
    signing: activityPub.signing,
    policy: activityPub.policy,
    signer: createSigner({ privateKey: await importPrivateKeyPem(String(privatePem), rsa), keyid }),
    key: await importPublicKeyPem(publicKeyPem, rsa),
  };
}

async function interledger(): Promise<Peer> {
  const keyid = 'peer-key';
  const { privateKey, signer, key } = await ed25519(keyid);
  const jwk = generateJwk({ privateKey, keyId: keyid });
  const likeOf = (message: RequestMessage) => {
    const body = textOf(message);
    return { method: message.method, url: urlOf(message), headers: joinedOf(message), ...(body !== undefined && { body }) };
  };
  return {
    name: '@interledger/http-signature-utils 2.0.3',
    sign: async (message, components) => {
      if (components !== undefined) throw new TypeError('what it covers is fixed');
      // It makes these itself.
      const fields = message.fields.filter(([name]) => !name.startsWith('content-'));
      const request = likeOf({ ...message, fields });
      const made = await createHeaders({ request, privateKey, keyId: keyid });
      return [...new Headers({ ...request.headers, ...made } as Record<string, string>)];
    },
    verify: async (message) => validateSignatureHeaders(likeOf(message)) && (await validateSignature(jwk, likeOf(message))),
    signing: openPayments.signing,
    policy: openPayments.policy,
    signer,
    key,
  };
}

/** A name without quotes; what has parameters is more than it takes. */
function plain(text: string): string {
  const { name, params } = parseIdentifier(text);
  if (params.length > 0) throw new TypeError('it takes names only');
  return name;
}

/** All of them. */
export const makePeers = (): Promise<readonly Peer[]> =>
  Promise.all([httpMessageSignatures(), httpMessageSig(), hellocoop(), webBots(), fedify(), interledger()]);
