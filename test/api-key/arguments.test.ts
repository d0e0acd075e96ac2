/**
 * Every argument of every function, with every value that it is not: a wrong type, range or unit gets a TypeError or RangeError that
 * names the argument and never shows the value, and nothing is written. The table is typed by what the package exports and by its
 * options, so that nothing new slips by.
 */
import { createSigner, generateKeyPair } from 'countersign';
import * as entry from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { NOON, type OpenKeys, openKeys } from './setup.ts';

/** What an argument, or an option, is not. */
interface Kind {
  readonly wrong: readonly unknown[];
  /** How messages call it, where they have another word. */
  readonly called?: RegExp;
}

/** What stands in no message. */
const SENTINEL = 'do-not-show-this';

const NO_TEXT = [null, 7, true, {}, [SENTINEL], Symbol('s')];
const NO_NUMBER = [null, '60', true, {}, [], new Date(0), 60n];
const NO_FLAG = [null, 'true', 'false', 0, 1, {}, []];
const NO_OBJECT = [null, 7, true, SENTINEL];
const NO_FUNCTION = [null, 7, SENTINEL, {}];
const NO_WHOLE_NUMBER = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5];

const kind = (...wrong: readonly unknown[]): Kind => ({ wrong });
const required = ({ wrong, ...rest }: Kind): Kind => ({ ...rest, wrong: [undefined, ...wrong] });
const text = (min = 1): Kind => kind(...NO_TEXT, SENTINEL.repeat(17), `${SENTINEL}\0`, `${SENTINEL}\ud800`, ...(min > 0 ? [''] : []));
const duration = (min = 1): Kind => kind(...NO_NUMBER, ...NO_WHOLE_NUMBER, 90 * 86_400_000, ...(min > 0 ? [0] : []));
const time: Kind = kind(...NO_NUMBER, ...NO_WHOLE_NUMBER, NOON * 1000);
const count = (min: number, max: number): Kind => kind(...NO_NUMBER, ...NO_WHOLE_NUMBER, min - 1, max + 1);
const flag: Kind = kind(...NO_FLAG);
const hook: Kind = kind(...NO_FUNCTION);
const oneOf = kind(null, 7, {}, [], '', SENTINEL, 'constructor');
const keyid: Kind = kind(...NO_TEXT, '', `${SENTINEL}é`, `${SENTINEL}\n`);
const keysByName = kind(...NO_OBJECT, { a: SENTINEL }, { a: 7 }, { a: new Uint8Array(31) }, { 'a b': new Uint8Array(32) });
const publicKey: Kind = kind(
  ...NO_OBJECT,
  {},
  { jwk: null },
  { jwk: { kty: 'OKP', crv: 'X25519', x: SENTINEL } },
  { jwk: { crv: 'Ed25519' } },
);

/** A kind for each option: the compiler wants each of them, and no other. */
type Options<T> = Readonly<Record<keyof T, Kind>>;

const DETAILS: Options<entry.KeyDetails> = {
  name: text(0),
  scopes: kind(null, 7, {}, SENTINEL, [7], [null], [''], [`${SENTINEL} b`], [`"${SENTINEL}`], ['x'.repeat(129)], Array(101).fill('a')),
  labels: kind(...NO_OBJECT, { a: 7 }, { a: null }, { '': 'a' }, { a: `${SENTINEL}\0` }, { ['x'.repeat(257)]: 'a' }),
  limits: kind(
    null,
    7,
    {},
    SENTINEL,
    [7],
    [null],
    [{}],
    [window({ points: 0 })],
    [window({ seconds: 0 })],
    [window({ name: '' })],
    [window({ points: '5' })],
    [window({ seconds: 1.5 })],
    [window({ second: 1 })],
    Array(11).fill(window({})),
  ),
  metadata: kind(1n, Number.NaN, () => 1, Symbol('s'), { a: [undefined, 1n] }, SENTINEL.repeat(1100), `${SENTINEL}\0`),
};

function window(more: object): object {
  return { name: 'second', points: 5, seconds: 1, ...more };
}

const NEW_KEY: Options<entry.NewKey> = {
  ...DETAILS,
  owner: required(text()),
  tenant: text(0),
  expiresIn: duration(),
  notBefore: time,
  status: kind(null, 7, 'revoked', 'disabled', SENTINEL),
  actor: text(),
};

const { notBefore: _, ...ENROLLED } = NEW_KEY;

const CHANGE: Options<entry.ChangeOptions> = { actor: text(), ifRevision: count(0, Number.MAX_SAFE_INTEGER) };

const REASON: Options<entry.ReasonOptions> = { ...CHANGE, reason: text() };

const IMPORT: Options<entry.ImportOptions> = { ...NEW_KEY, keyid: kind(...keyid.wrong, SENTINEL.repeat(17)) };

const PLACES: Options<entry.CredentialPlaces> = {
  bearer: flag,
  header: kind(...NO_TEXT, '', 'a b', 'a:', 'é', 'Authorization'),
  basicUser: flag,
  basic: flag,
  query: kind(...NO_TEXT, ''),
  body: kind(...NO_TEXT, ''),
  kinds: kind(null, 7, 'bearer', [], ['ed25519'], [null], {}),
  realm: kind(...NO_TEXT, '', '"', '\\', 'é', '\n'),
};

const CREATE: Options<entry.ApiKeysOptions> = {
  store: required(kind(...NO_OBJECT, {}, { get: () => undefined })),
  sealer: kind(...NO_OBJECT, {}, { seal() {}, open() {} }, { seal() {}, current: 'a' }, { open() {}, current: 'a' }),
  pepper: kind(...NO_OBJECT, {}, { current: 'a', keys: {} }, { current: 'a', keys: { a: new Uint8Array(31) } }, { current: 'a', key: {} }),
  prefix: required(kind(...NO_TEXT, '', 'Bank', 'b', '1b', 'bank_', 'b'.repeat(17), 'bänk')),
  environment: kind(...NO_TEXT, '', 'l', 'Live', 'sec', 'live1', 'abcdefghi'),
  revocationDelay: count(2, 3600),
  maxCachedKeys: count(1, 10_000_000),
  cacheFor: count(1, 86_400),
  maxKeysPerOwner: count(1, 1_000_000),
  onEvent: hook,
  now: hook,
  randomBytes: hook,
};

const CONSUMER = { keyid: 'k', tenant: '', owner: 'jdoe', scopes: [], series: 'k', proof: 'signature' } as const;

/** An argument: what it is not; or an object of options, of which a right one is among the right arguments. */
type Argument = Kind | { readonly options: Readonly<Record<string, Kind>>; readonly isOptional?: true; readonly called?: RegExp };

interface Row {
  /** A right call, and the function. */
  readonly right: (opened: OpenKeys) => Promise<readonly unknown[]>;
  readonly call?: (opened: OpenKeys, args: readonly never[]) => unknown;
  readonly arguments: readonly Argument[];
}

const options = (given: Readonly<Record<string, Kind>>): Argument => ({ options: given });
const optional = (given: Readonly<Record<string, Kind>>): Argument => ({ options: given, isOptional: true });
const ofKey = async ({ apiKeys }: OpenKeys) => (await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' })).keyid;
const aPair = () => generateKeyPair();
const KEYID: Argument = { ...required(keyid), called: /keyid/ };

const CLAIM: Options<entry.ClaimOptions> = {
  claimer: required(kind(...NO_TEXT, '', SENTINEL, 'x'.repeat(129))),
  disableOnSecondClaim: flag,
};

const LIST: Options<entry.ListQuery> = {
  tenant: kind(...NO_TEXT),
  owner: kind(...NO_TEXT),
  series: kind(...NO_TEXT),
  state: oneOf,
  unusedSince: time,
  expiringBefore: time,
  limit: count(1, 1000),
  cursor: kind(...NO_TEXT, '', SENTINEL, btoa('x.y'), btoa('-1.y')),
};

const CHANGES = required(
  kind(
    ...NO_OBJECT,
    {},
    [7],
    [null],
    [SENTINEL],
    ...[
      { keyid: 7 },
      { seq: 0 },
      { seq: '1' },
      { after: null },
      { after: SENTINEL },
      { after: {} },
      { after: { status: SENTINEL, statusAt: NOON } },
      { after: { status: 'revoked', statusAt: NOON * 1000 } },
      { after: { status: 'revoked', statusAt: NOON, notAfter: '7' } },
      { after: { status: 'revoked', statusAt: NOON, overlapUntil: -1 } },
      { after: { status: 'revoked', statusAt: NOON, replacedBy: {} } },
      { after: { status: 'revoked', statusAt: NOON, reason: 7 } },
    ].map((more) => [{ seq: 1, keyid: 'k', after: { status: 'revoked', statusAt: NOON }, ...more }]),
  ),
);

/** What `createApiKeys` answers. Those with no arguments have none. */
const FUNCTIONS: Readonly<Record<keyof entry.ApiKeys, Row | undefined>> = {
  issue: {
    right: async () => [{ kind: 'hmac', owner: 'jdoe' }],
    arguments: [options({ ...NEW_KEY, kind: required(oneOf), idempotencyKey: text() } satisfies Options<entry.IssueOptions>)],
  },
  importSecret: {
    right: async () => ['x'.repeat(32), { owner: 'jdoe' }],
    arguments: [
      required({ wrong: [null, 7, {}, [], '', 'x'.repeat(31), ` ${SENTINEL.repeat(2)}`, new Uint8Array(31)], called: /secret/ }),
      options({ ...IMPORT, insecurelyAllowShortSecret: flag } satisfies Options<entry.ImportSecretOptions>),
    ],
  },
  importPublicKey: {
    right: async () => [(await aPair()).publicKey, { owner: 'jdoe' }],
    arguments: [required({ ...publicKey, called: /publicKey/ }), options(IMPORT)],
  },
  createClaim: {
    right: async ({ apiKeys }) => [await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' })],
    arguments: [
      required({ ...kind(...NO_OBJECT, {}, { keyid: 'k', secret: SENTINEL }, { keyid: SENTINEL }), called: /issued/ }),
      optional({ expiresIn: kind(...duration().wrong, 32 * 86_400) } satisfies Options<entry.ClaimLinkOptions>),
    ],
  },
  claim: {
    right: async ({ apiKeys }) => {
      const { token } = await apiKeys.createClaim(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
      return [token, { claimer: 'x'.repeat(22) }];
    },
    arguments: [required({ ...kind(...NO_TEXT), called: /token/ }), options(CLAIM)],
  },
  createEnrolment: {
    right: async () => [{ owner: 'jdoe' }],
    arguments: [options({ ...ENROLLED, tokenExpiresIn: duration() } satisfies Options<entry.EnrolmentOptions>)],
  },
  acceptEnrolment: {
    right: async ({ apiKeys }) => {
      const { token } = await apiKeys.createEnrolment({ owner: 'jdoe' });
      const pair = await aPair();
      return [await entry.enrol(token, { signer: createSigner({ privateKey: pair.privateKey }), publicKey: pair.publicKey })];
    },
    arguments: [required({ ...kind(...NO_OBJECT), called: /enrolment/ })],
  },
  acceptSuccessor: {
    right: async ({ apiKeys }) => {
      const [old, pair] = [await aPair(), await aPair()];
      const { keyid } = await apiKeys.importPublicKey(old.publicKey, { owner: 'jdoe' });
      const sent = await entry.enrol(keyid, { signer: createSigner({ privateKey: pair.privateKey }), publicKey: pair.publicKey });
      return [{ ...CONSUMER, keyid }, sent, { overlap: 60 }];
    },
    arguments: [
      required({ ...kind(...NO_OBJECT, {}, { ...CONSUMER, scopes: 'a' }, { ...CONSUMER, proof: SENTINEL }), called: /consumer/ }),
      required({ ...kind(...NO_OBJECT), called: /enrolment/ }),
      options({ overlap: required(duration(0)) } satisfies Options<entry.SuccessorOptions>),
    ],
  },
  get: { right: async (opened) => [await ofKey(opened)], arguments: [KEYID] },
  list: { right: async () => [], arguments: [optional(LIST)] },
  expiring: {
    right: async () => [60],
    call: async ({ apiKeys }, [within]) => apiKeys.expiring(within!)[Symbol.asyncIterator]().next(),
    arguments: [required({ ...duration(), called: /within/ })],
  },
  events: {
    right: async () => [],
    arguments: [
      optional({
        keyid: kind(...NO_TEXT, ''),
        after: count(0, Number.MAX_SAFE_INTEGER),
        limit: count(1, 1000),
      } satisfies Options<entry.EventQuery>),
    ],
  },
  update: {
    right: async (opened) => [await ofKey(opened), { name: 'new' }],
    arguments: [
      KEYID,
      options({
        ...DETAILS,
        ...CHANGE,
        expiresIn: { wrong: duration().wrong.filter((value) => value !== null) },
      } satisfies Options<entry.UpdateOptions>),
    ],
  },
  disable: { right: async (opened) => [await ofKey(opened)], arguments: [KEYID, optional(REASON)] },
  enable: { right: async (opened) => [await ofKey(opened)], arguments: [KEYID, optional(REASON)] },
  rotate: {
    right: async (opened) => [await ofKey(opened), { overlap: 60 }],
    arguments: [
      KEYID,
      options({ ...CHANGE, overlap: required(duration(0)), expiresIn: duration() } satisfies Options<entry.RotateOptions>),
    ],
  },
  rotateTo: {
    right: async ({ apiKeys }) => {
      const { keyid } = await apiKeys.importPublicKey((await aPair()).publicKey, { owner: 'jdoe' });
      return [keyid, (await aPair()).publicKey, { overlap: 60 }];
    },
    arguments: [
      KEYID,
      required({ ...publicKey, called: /publicKey/ }),
      options({ ...CHANGE, overlap: required(duration(0)), expiresIn: duration() } satisfies Options<entry.RotateOptions>),
    ],
  },
  revoke: {
    right: async (opened) => [await ofKey(opened), { reason: 'leaked' }],
    arguments: [KEYID, options({ ...CHANGE, reason: required(text()), series: flag } satisfies Options<entry.RevokeOptions>)],
  },
  purge: {
    right: async () => [{ revokedBefore: NOON }],
    arguments: [options({ revokedBefore: required(time), limit: count(1, 100_000), actor: text() } satisfies Options<entry.PurgeOptions>)],
  },
  rewrap: {
    right: async () => [],
    arguments: [optional({ dryRun: flag, limit: count(1, 100_000) } satisfies Options<entry.RewrapOptions>)],
  },
  reapply: { right: async () => [[]], arguments: [{ ...CHANGES, called: /changes/ }] },
  resolveKey: { right: async (opened) => [await ofKey(opened)], arguments: [required({ ...kind(...NO_TEXT), called: /keyid/ })] },
  authenticate: {
    right: async ({ apiKeys }) => {
      const { secret } = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' });
      return [new Request('https://bank.example/', { headers: { authorization: `Bearer ${secret}` } })];
    },
    arguments: [required({ ...kind(...NO_OBJECT, {}, { headers: {} }), called: /request/ }), optional(PLACES)],
  },
  invalidate: { right: async () => [], arguments: [{ ...kind(...NO_TEXT), called: /keyid/ }] },
  acknowledgeRestore: undefined,
  revision: undefined,
  flush: undefined,
  close: undefined,
};

/** What else the entry exports. What takes anything, and answers that it is nothing of ours, has no row. */
type Exported = Exclude<keyof typeof entry, 'KEY_PATTERN' | 'ApiKeyError' | 'isApiKeyError' | 'parseKey' | 'memoryKeyStore'>;

const EXPORTS: Readonly<Record<Exported, Row>> = {
  createApiKeys: {
    right: async ({ store }) => [{ store, prefix: 'bank' }],
    arguments: [options(CREATE)],
  },
  aesGcmSealer: {
    right: async () => [{ current: 'a', keys: { a: new Uint8Array(32) } }],
    arguments: [
      options({
        current: required({ ...kind(...NO_TEXT, '', 'b', 'a b'), called: /current/ }),
        keys: required({ ...kind(...keysByName.wrong, {}), called: /keys|current/ }),
        randomBytes: hook,
      } satisfies Options<entry.AesGcmSealerOptions>),
    ],
  },
  kmsSealer: {
    right: async () => [{ current: 'a', encrypt: (plain: Uint8Array) => plain, decrypt: (sealed: Uint8Array) => sealed }],
    arguments: [
      options({
        current: required(kind(...NO_TEXT, '', 'a b', 'x'.repeat(65))),
        encrypt: required(hook),
        decrypt: required(hook),
      } satisfies Options<entry.KmsSealerOptions>),
    ],
  },
  enrol: {
    right: async () => {
      const pair = await aPair();
      return ['token', { signer: createSigner({ privateKey: pair.privateKey }), publicKey: pair.publicKey }];
    },
    arguments: [
      required({ ...kind(...NO_TEXT, ''), called: /token/ }),
      options({
        signer: required(kind(...NO_OBJECT, {}, { sign() {} }, { sign: 7, algorithm: 'ed25519' })),
        publicKey: required(publicKey),
      } satisfies Options<entry.EnrolOptions>),
    ],
  },
  answerFields: {
    right: async () => [CONSUMER],
    arguments: [
      required({ ...kind(...NO_OBJECT), called: /consumer/ }),
      optional({ rotatedOutField: kind(...NO_TEXT, '', 'a b', 'é', 'a:'), now: hook } satisfies Options<entry.AnswerFieldsOptions>),
    ],
  },
  requireConsumer: {
    right: async () => [CONSUMER, {}],
    arguments: [
      required({ ...kind(...NO_OBJECT, {}, { ...CONSUMER, scopes: 'a' }, { ...CONSUMER, proof: SENTINEL }), called: /consumer/ }),
      options({
        proof: kind(null, 7, SENTINEL, 'constructor', []),
        scopes: kind(null, 7, {}, SENTINEL, [7]),
      } satisfies Options<entry.ConsumerRequirement>),
    ],
  },
  redactCredentials: {
    right: async () => ['text'],
    arguments: [required({ ...kind(...NO_TEXT), called: /text/ }), { ...kind(null, 7, {}, SENTINEL, [7]), called: /parameters/ }],
  },
};

type Case = readonly [what: string, place: number, change: (right: unknown) => unknown, named: RegExp];

function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `a text of ${value.length}` : JSON.stringify(value);
  if (Array.isArray(value)) return value.length > 5 ? `a list of ${value.length}` : `[${value.map(shown).join(', ')}]`;
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return String(value).slice(0, 40);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${shown(name)}: ${shown(member)}`)
    .join(', ')} }`;
}

/** Each wrong call of a function. */
function casesOf({ arguments: all }: Row): readonly Case[] {
  return all.flatMap((argument, place): readonly Case[] => {
    if (!('options' in argument)) {
      return argument.wrong.map((value) => [`argument ${place + 1}: ${shown(value)}`, place, () => value, argument.called!]);
    }
    const whole = [...NO_OBJECT, ...(argument.isOptional ? [] : [undefined])];
    return [
      ...whole.map((value): Case => [`options: ${shown(value)}`, place, () => value, /options|places|query|requirement/]),
      ['a misspelt option', place, (right) => ({ ...(right as object), [`x${SENTINEL.length}`]: 1 }), /there is no/],
      ...Object.entries(argument.options).flatMap(([name, { wrong, called }]) =>
        wrong.map(
          (value): Case => [
            `${name}: ${shown(value)}`,
            place,
            (right) => ({ ...(right as object), [name]: value }),
            called ?? new RegExp(name),
          ],
        ),
      ),
    ];
  });
}

const rows: readonly (readonly [string, Row])[] = [
  ...Object.entries(FUNCTIONS).flatMap(([name, row]) => (row === undefined ? [] : [[name, row] as const])),
  ...Object.entries(EXPORTS),
];

const callOf = (name: string, { call }: Row, opened: OpenKeys) => {
  if (call !== undefined) return (args: readonly unknown[]) => call(opened, args as readonly never[]);
  const holder = (Object.hasOwn(FUNCTIONS, name) ? opened.apiKeys : entry) as unknown as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >;
  return (args: readonly unknown[]) => holder[name]!(...args);
};

/** What went wrong with a case, if anything did. */
async function faultOf(work: () => unknown, named: RegExp): Promise<string | undefined> {
  try {
    const answer = await work();
    return `no error, but ${shown(answer)}`;
  } catch (error) {
    const { name, message } = error as Error;
    if (!(error instanceof TypeError || error instanceof RangeError)) return `${name}: ${message}`;
    if (!named.test(message)) return `a message that does not name it: ${message}`;
    return message.includes(SENTINEL) ? `a message that shows it: ${message}` : undefined;
  }
}

describe('the arguments of', () => {
  it.each(rows)('%s', async (name, row) => {
    const opened = openKeys();
    const call = callOf(name, row, opened);
    const right = await row.right(opened);
    const revision = await opened.store.revision();
    const faults: string[] = [];
    const cases = casesOf(row);
    for (const [what, place, change, named] of cases) {
      const args = Array.from({ length: Math.max(right.length, place + 1) }, (_, at) => (at === place ? change(right[at]) : right[at]));
      const fault = await faultOf(() => call(args), named);
      if (fault !== undefined) faults.push(`${what}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
    expect(await opened.store.revision(), 'nothing is written').toBe(revision);
    // The right ones are right: it was the changed one that was refused.
    await call(right);
  });

  it('all that there is', () => {
    expect(Object.keys(openKeys().apiKeys).sort()).toEqual(Object.keys(FUNCTIONS).sort());
    const others = ['KEY_PATTERN', 'ApiKeyError', 'isApiKeyError', 'parseKey', 'memoryKeyStore'];
    expect(Object.keys(entry).sort()).toEqual([...Object.keys(EXPORTS), ...others].sort());
    for (const value of [undefined, null, 7, {}, [], SENTINEL]) {
      expect(entry.parseKey(value as string)).toBeUndefined();
      expect(entry.isApiKeyError(value)).toBe(false);
    }
  });
});
