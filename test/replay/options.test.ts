import { describe, expect, it } from 'vitest';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';
import { serialReplayStore } from '../../src/replay/serial-store.ts';
import type { ReplayStore } from '../../src/replay/store.ts';
import { consumption } from '../../src/testing/messages.ts';

/** A store made with options of any kind, as JavaScript can. */
type Create = (options: object) => ReplayStore;

/** A numeric option and the bounds that its doc comment states. */
type Bounds = readonly [name: string, least: number, most: number];

const stores: readonly (readonly [string, Create, readonly Bounds[]])[] = [
  [
    'memoryReplayStore',
    memoryReplayStore,
    [
      ['capacity', 1, 2 ** 24],
      ['quotaPerTenant', 1, Number.MAX_SAFE_INTEGER],
      ['earlierFutureSkew', 0, 3600],
    ],
  ],
  [
    'serialReplayStore',
    serialReplayStore,
    [
      ['window', 1, 65_536],
      ['capacity', 1, 2 ** 24],
      ['earlierFutureSkew', 0, 3600],
    ],
  ],
];

const NO_NUMBERS: readonly unknown[] = ['10', '', null, true, 10n, [10], {}, new Date(0), () => 10, Object(10)];

describe.each(stores)('options of %s', (_, create, bounds) => {
  describe.each(bounds)('%s', (name, least, most) => {
    it('takes its bounds, what lies between, and undefined for the default', () => {
      for (const value of [least, least + 1, most - 1, most, undefined]) expect(() => create({ [name]: value })).not.toThrow();
    });

    it.each([Number.NaN, Infinity, -Infinity, -1, least - 1, most + 1, least + 0.5, most - 0.5, 2 ** 53, -(2 ** 53), 5e-324])(
      'refuses %d',
      (value) => {
        if (value === most - 0.5 && Number.isInteger(value)) return;
        expect(() => create({ [name]: value })).toThrow(RangeError);
        expect(() => create({ [name]: value })).toThrow(name);
      },
    );

    it.each(NO_NUMBERS)('refuses what is no number: %s', (value) => {
      expect(() => create({ [name]: value })).toThrow(TypeError);
      expect(() => create({ [name]: value })).toThrow(name);
    });
  });

  it.each([null, 0, 'false', 'true', '', {}])('takes true and false for insecurelyAssumeNoEarlierMessages, not %s', (value) => {
    const insecurelyAssumeNoEarlierMessages = value;
    expect(() => create({ insecurelyAssumeNoEarlierMessages })).toThrow(TypeError);
    expect(() => create({ insecurelyAssumeNoEarlierMessages })).toThrow('insecurelyAssumeNoEarlierMessages');
  });

  it('is cold unless told otherwise, and not by Object.prototype', async () => {
    const answer = async (options: object) => create(options).consume(consumption({ nonce: '1' }));
    const inherited = Object.prototype as { insecurelyAssumeNoEarlierMessages?: boolean };
    inherited.insecurelyAssumeNoEarlierMessages = true;
    try {
      expect(await answer({})).toBe('cold');
    } finally {
      delete inherited.insecurelyAssumeNoEarlierMessages;
    }
    expect(await answer({ insecurelyAssumeNoEarlierMessages: undefined })).toBe('cold');
    expect(await answer({ insecurelyAssumeNoEarlierMessages: false })).toBe('cold');
    expect(await answer({ insecurelyAssumeNoEarlierMessages: true })).toBe('consumed');
  });

  it('refuses what it does not know, and objects that are none', () => {
    expect(() => create({ capcity: 1 })).toThrow('did you mean capacity?');
    expect(() => create({ constructor: 1 })).toThrow(TypeError);
    for (const options of [null, 7, 'warm']) expect(() => Reflect.apply(create, undefined, [options])).toThrow(TypeError);
  });

  it('reads each option once, also of a class', () => {
    let reads = 0;
    class Options {
      get capacity() {
        reads++;
        return 10;
      }
    }
    create(new Options());
    expect(reads).toBe(1);
  });
});

describe('options of memoryReplayStore that are no numbers', () => {
  it('takes a function for randomBytes', () => {
    for (const randomBytes of [null, 'seed', 7, new Uint8Array(16)])
      expect(() => Reflect.apply(memoryReplayStore, undefined, [{ randomBytes }])).toThrow(/randomBytes/);
  });

  it('says where the verifier’s options belong', () => {
    for (const name of ['maxAge', 'futureSkew', 'now'])
      expect(() => Reflect.apply(memoryReplayStore, undefined, [{ [name]: 300 }])).toThrow(/belongs into the verifier/);
  });
});
