/**
 * Web Bot Auth: programs that say who they are.
 *
 * @see draft-ietf-webbotauth-httpsig-protocol
 * @module
 */

import type { BareSignResponseOptions } from '../http/sign-response.ts';
import type { ResponsePolicy } from '../signature/policy.ts';
import { frozen, type Preset, type PresetPolicy, type PresetSigning } from './preset.ts';

/** The signed response of a key directory. */
export interface DirectoryPreset {
  /** The `policy` of `verifyResponse`. */
  readonly policy: PresetPolicy & Pick<ResponsePolicy, 'insecurelyAllowUnboundResponse'> & { readonly insecurelyAllowMissingNonce: true };
  /** Options of `signResponse`. */
  readonly signing: Pick<
    BareSignResponseOptions,
    'required' | 'tag' | 'label' | 'expiresIn' | 'insecurelyAllowUncovered' | 'insecurelyAllowUnboundResponse' | 'insecurelyOmit'
  >;
}

/** A day: the draft's longest life of a signature. */
const DAY = 86_400;

/** All but HMAC, which the draft forbids. */
const ALGORITHMS = ['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa-pss-sha512', 'rsa-v1_5-sha256'] as const;

const policy: PresetPolicy = {
  tag: 'web-bot-auth',
  // `@target-uri` contains it.
  required: ['@authority'],
  algorithms: ALGORITHMS,
  maxAge: DAY,
  // By its own word a signature may live for ever: `maxAge` ends it.
  maxLifetime: 999_999_999_999_999,
  insecurelyAllowMissingNonce: true,
  insecurelyAllowUncovered: ['@method', '@path', '@query', 'content-digest'],
};

/** More than is asked for: whoever sees such a request can make no other of it. */
const signing: PresetSigning = {
  tag: 'web-bot-auth',
  label: 'sig1',
  expiresIn: 300,
  required: [
    '@authority',
    '@method',
    '@target-uri',
    { name: 'content-digest', when: 'present' } as const,
    { name: '"signature-agent";key="sig1"', when: 'present' } as const,
  ],
};

const DIRECTORY = ['"@authority";req', 'content-digest'] as const;

const directory: DirectoryPreset = {
  policy: {
    tag: 'http-message-signatures-directory',
    required: DIRECTORY,
    algorithms: ALGORITHMS,
    maxAge: DAY,
    maxLifetime: 999_999_999_999_999,
    insecurelyAllowMissingNonce: true,
    insecurelyAllowUncovered: ['@status'],
    insecurelyAllowUnboundResponse: true,
  },
  signing: {
    tag: 'http-message-signatures-directory',
    label: 'binding',
    expiresIn: DAY,
    required: DIRECTORY,
    insecurelyAllowUncovered: ['@status'],
    insecurelyAllowUnboundResponse: true,
    insecurelyOmit: ['nonce'] as const,
  },
};

/**
 * Web Bot Auth. A policy asks for the host alone, as the draft does: who sees a request can send others to the same host with it, for a day at
 * most. The key of a request is found by keyid, a thumbprint; whose it is, the covered Signature-Agent says.
 */
export const webBotAuth: Preset & { readonly directory: DirectoryPreset } = /* @__PURE__ */ frozen({ policy, signing, directory });
