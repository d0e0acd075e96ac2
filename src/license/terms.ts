/**
 * What a license grants: the members that this library knows, beside any others.
 *
 * A verifier that is older than a license must not grant what it does not understand. Members that matter are listed in
 * `critical`, as in RFC 7515, section 4.1.11: who does not know one of them refuses.
 *
 * @see WIRE, "License"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { payloadMalformed } from '../payload/read-object.ts';

/** The signed members of a license. Anything else that JSON carries may stand beside these. */
export interface LicenseTerms {
  /** The one machine it is for: whatever your application takes for a machine's name. */
  readonly machine?: string | undefined;
  /** What it unlocks. */
  readonly features?: readonly string[] | undefined;
  /** Until when new versions are included, in whole seconds since the epoch. Older versions go on working. */
  readonly maintenanceUntil?: number | undefined;
  /** Members that a verifier must know, or refuse the license: those you invent, as a rule. */
  readonly critical?: readonly string[] | undefined;
  readonly [member: string]: unknown;
}

/** What the application knows that the terms are held against. */
export interface Circumstances {
  /** The machine this runs on. A license that names a machine is refused without it. */
  readonly machine?: string | undefined;
  /** When this version of the product was released, in whole seconds since the epoch. */
  readonly releasedAt?: number | undefined;
  /** Names of your own members that this version obeys, so that a license may have them in `critical`. */
  readonly understood?: readonly string[] | undefined;
}

/** What is wrong with the known members; `undefined` if nothing. */
export function termsProblem(terms: LicenseTerms): string | undefined {
  const { machine = 'any', features = [], maintenanceUntil = 0, critical = [] } = ownMembers(terms);
  if (typeof machine !== 'string' || machine === '') return 'machine must be a text';
  if (!isTexts(features)) return 'features must be a list of texts';
  if (!Number.isSafeInteger(maintenanceUntil)) return 'maintenanceUntil must be whole seconds';
  const isList = isTexts(critical) && critical.every((name) => name !== 'critical' && Object.hasOwn(terms, name));
  return isList ? undefined : 'critical must be a list of members';
}

/** The terms without what `Object.prototype` was given. */
function ownMembers(terms: LicenseTerms): LicenseTerms {
  return Object.assign(Object.create(null), terms);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/**
 * Holds signed terms against the circumstances.
 *
 * @throws {VerificationError} `payload_malformed`, `critical_unknown`, `machine_mismatch` or `maintenance_ended`.
 */
export function requireTerms(terms: LicenseTerms, circumstances: Circumstances): void {
  const problem = termsProblem(terms);
  if (problem !== undefined) throw payloadMalformed(problem);
  const { machine, releasedAt, understood = [] } = circumstances;
  const { maintenanceUntil = Number.POSITIVE_INFINITY, critical = [], machine: licensed = machine } = ownMembers(terms);
  const known = ['features', 'machine', ...understood];
  // Maintenance is known only where there is a release to compare it with.
  if (releasedAt !== undefined) known.push('maintenanceUntil');
  const strange = critical.find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new VerificationError('critical_unknown', `this version does not know ${JSON.stringify(strange.slice(0, 100))}`);
  if (licensed !== machine) throw new VerificationError('machine_mismatch', 'the license is bound to another machine');
  if (releasedAt !== undefined && !(releasedAt <= maintenanceUntil))
    throw new VerificationError('maintenance_ended', 'this version is newer than the maintenance');
}
