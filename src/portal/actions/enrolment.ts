/**
 * What a browser sends of a pair that it made.
 *
 * @module
 */

import type { Enrolment } from '../../api-key/claim/enrolments.ts';
import type { Form } from '../form.ts';

/** The enrolment in a form. */
export function enrolmentOf(form: Form): Enrolment {
  return { token: form.one('challenge'), publicKey: { kty: 'OKP', crv: 'Ed25519', x: form.one('x') }, proof: form.one('proof') };
}
