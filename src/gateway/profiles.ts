/**
 * What is known about each gateway: where it puts the client's request when it asks, whether it shows the body, and which answers it carries.
 * One table; adding a gateway is a line, a recipe, and its tests.
 *
 * @module
 */

/** A gateway that asks. `nginx` is its `auth_request`; `njs` its scripts, which show the body too. */
export type GatewayProfile = 'nginx' | 'njs' | 'caddy' | 'haproxy' | 'envoy' | 'traefik';

/** Whether the gateway sends the body along when it asks, or keeps it for the backend. */
export type GatewayBody = 'forwarded' | 'withheld';

/** Where a gateway puts the parts of the client's request: names of fields. */
interface OriginalFields {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly scheme: string;
}

/** What is known about a gateway. */
export interface ProfileFacts {
  /** Absent where the gateway asks with the client's own method, target and Host. */
  readonly original?: OriginalFields | undefined;
  /** Whether the body comes along; the first is the default. */
  readonly body: readonly [GatewayBody, GatewayBody?];
  /** The statuses that reach the client as they are, if not all: others are answered as 403, and say what they are in `x-verify-status`. */
  readonly carries?: readonly number[] | undefined;
}

const OWN: OriginalFields = {
  method: 'x-original-method',
  target: 'x-original-uri',
  host: 'x-original-host',
  scheme: 'x-original-scheme',
};

const FORWARDED: OriginalFields = {
  method: 'x-forwarded-method',
  target: 'x-forwarded-uri',
  host: 'x-forwarded-host',
  scheme: 'x-forwarded-proto',
};

/** By which a gateway that withholds the body says that there is one. */
export const ANNOUNCED = { length: 'x-original-content-length', coding: 'x-original-transfer-encoding' } as const;

/** Names of what we know. */
export const PROFILES: Readonly<Record<GatewayProfile, ProfileFacts>> = {
  // auth_request makes 500 of every other status; 500 itself is meant.
  nginx: { original: OWN, body: ['withheld'], carries: [401, 403, 500] },
  njs: { original: OWN, body: ['forwarded'] },
  caddy: { original: FORWARDED, body: ['withheld'] },
  haproxy: { original: OWN, body: ['forwarded', 'withheld'] },
  envoy: { body: ['forwarded', 'withheld'] },
  // Before 3.3 it has no forwardBody.
  traefik: { original: FORWARDED, body: ['forwarded', 'withheld'] },
};

/** @throws {TypeError} If there is no such profile. */
export function readProfile(profile: unknown): ProfileFacts {
  if (typeof profile !== 'string' || !Object.hasOwn(PROFILES, profile))
    throw new TypeError(`profile must be one of ${Object.keys(PROFILES).join(', ')}`);
  return PROFILES[profile as GatewayProfile];
}

/** @throws {TypeError} If the gateway knows no such way. */
export function readGatewayBody(body: unknown, facts: ProfileFacts): GatewayBody {
  if (body === undefined) return facts.body[0];
  const known = facts.body.find((one) => one === body);
  if (known === undefined) throw new TypeError(`body must be ${facts.body.join(' or ')} with this profile`);
  return known;
}
