/**
 * The token in each form: signed, for one user, session and purpose, so that no other site can send a form in somebody's name. It has a name of
 * its own, by which a form that is sent twice is known.
 *
 * @module
 */

import { lengthPrefixed } from '../api-key/sealing/key-context.ts';
import { macVerify, prepareMac } from '../crypto/hmac/mac.ts';
import { drawBytes } from '../crypto/random.ts';
import { fromBase64url, toBase64url } from '../internal/base64.ts';
import type { PortalSetup, Viewer } from './options.ts';
import { PageError } from './page-error.ts';

/** Seconds for which a page may stand open. */
const LIFETIME = 43_200;

/** Makes and checks tokens. */
export interface FormTokens {
  /** A new token. */
  create(user: Viewer, purpose: string): Promise<string>;
  /** The name of the form. @throws {PageError} 403 if the token is not for this user and purpose, or too old. */
  check(token: string, user: Viewer, purpose: string): Promise<string>;
}

/** Tokens of a portal. */
export function formTokens({ formSecret, now, randomBytes }: Pick<PortalSetup, 'formSecret' | 'now' | 'randomBytes'>): FormTokens {
  const mac = prepareMac(formSecret);
  const verify = macVerify(mac);
  const baseOf = ({ tenant, owner, session }: Viewer, purpose: string, name: string, until: string) =>
    lengthPrefixed('countersign portal', tenant, owner, session, purpose, name, until);
  return {
    create: async (user, purpose) => {
      const name = toBase64url(drawBytes(randomBytes, 16));
      const until = String(now() + LIFETIME);
      return `${name}.${until}.${toBase64url(await mac(baseOf(user, purpose, name, until)))}`;
    },
    check: async (token, user, purpose) => {
      const [, name = '', until = '', code = ''] = /^([\w-]{22})\.(\d{1,12})\.([\w-]{43})$/.exec(token) ?? [];
      const bytes = fromBase64url(code);
      if (bytes === undefined || !(await verify(baseOf(user, purpose, name, until), bytes)))
        throw new PageError(403, 'Not sent', 'This form was not made for your session. Open the page again, and send it from there.');
      if (!(now() <= Number(until)))
        throw new PageError(403, 'Too old', 'This page stood open for too long. Open it again, and send it from there.');
      return name;
    },
  };
}
