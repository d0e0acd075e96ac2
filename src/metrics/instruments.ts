/**
 * What is measured: one line an instrument, the same for every system of metrics. Labels have few values, all known beforehand: no key, nonce,
 * path or host is one, or there would be a series for each.
 *
 * @module
 */

/** One instrument. */
export interface Instrument {
  readonly kind: 'counter' | 'histogram';
  /** As OpenTelemetry writes it (UCUM). */
  readonly unit: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** The upper bounds of a histogram. */
  readonly bounds?: readonly number[] | undefined;
}

/** The labels of each. */
interface LabelNames {
  'verify.requests': 'outcome' | 'reason';
  'verify.duration': 'outcome' | 'reason';
  'clock.skew': 'outcome';
  'store.errors': 'reason';
  'replay.checks': 'result';
  'replay.store.duration': 'result';
  'keys.lifecycle': 'action';
  'keys.alarms': 'action';
}

export type InstrumentName = keyof LabelNames;

/** The values of the labels of one instrument. */
export type Labels<Name extends InstrumentName> = Readonly<Record<LabelNames[Name], string>>;

/** Verifying takes a tenth of a millisecond to some; a store over the network some more. */
const DURATIONS: readonly number[] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5];

/** Both ways, about the ages and differences that policies allow: 60 seconds and 5 minutes. */
const DIFFERENCES: readonly number[] = [-300, -60, -30, -10, -5, -2, -1, 0, 1, 2, 5, 10, 30, 60, 300];

export const INSTRUMENTS: Readonly<Record<InstrumentName, Instrument>> = {
  'verify.requests': {
    kind: 'counter',
    unit: '{request}',
    description: 'Requests, by what came of them.',
    labels: ['outcome', 'reason'],
  },
  'verify.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long verifying took, reading the body and asking the stores included.',
    labels: ['outcome', 'reason'],
    bounds: DURATIONS,
  },
  'clock.skew': {
    kind: 'histogram',
    unit: 's',
    description: 'The time of this server less that at which the message says that it was signed.',
    labels: ['outcome'],
    bounds: DIFFERENCES,
  },
  'store.errors': {
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that a store or a look-up could not answer for.',
    labels: ['reason'],
  },
  'replay.checks': { kind: 'counter', unit: '{check}', description: 'Nonces, by what the replay store answered.', labels: ['result'] },
  'replay.store.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long the replay store took to answer.',
    labels: ['result'],
    bounds: DURATIONS,
  },
  'keys.lifecycle': { kind: 'counter', unit: '{change}', description: 'Changes of API keys.', labels: ['action'] },
  'keys.alarms': { kind: 'counter', unit: '{alarm}', description: 'What somebody should look at, of API keys.', labels: ['action'] },
};

/** Where measured values go: a counter is added to, a histogram is told a value. */
export type Measure = <Name extends InstrumentName>(name: Name, value: number, labels: Labels<Name>) => void;

/** Makes something of each instrument. */
export function eachInstrument<T>(make: (name: InstrumentName, instrument: Instrument) => T): ReadonlyMap<InstrumentName, T> {
  return new Map((Object.keys(INSTRUMENTS) as InstrumentName[]).map((name) => [name, make(name, INSTRUMENTS[name])]));
}
