/**
 * Events as metrics of Prometheus, by the shape of prom-client's classes.
 *
 * @module
 */

import { assertFunction, assertObject } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { eachInstrument, type Instrument, type InstrumentName } from './instruments.ts';
import { type OnMetricEvent, recordEvent } from './record-event.ts';

/** What a metric of prom-client is made with. */
interface MetricConfiguration<Registry> {
  name: string;
  help: string;
  labelNames: string[];
  registers: Registry[];
}

/** Where metrics go: classes and a registry of prom-client. */
export interface PrometheusOptions<Registry> {
  /** prom-client's `Counter`. */
  readonly Counter: new (
    configuration: MetricConfiguration<Registry>,
  ) => { inc(labels: Record<string, string>, value: number): void };
  /** prom-client's `Histogram`. */
  readonly Histogram: new (
    configuration: MetricConfiguration<Registry> & { buckets: number[] },
  ) => { observe(labels: Record<string, string>, value: number): void };
  /** The registry that is scraped: `register` of prom-client, or one of your own. It takes these metrics once. */
  readonly registry: Registry;
}

const NAMES: OptionNames<PrometheusOptions<object>> = { Counter: true, Histogram: true, registry: true };

/**
 * What takes events and measures them: `onEvent: prometheusEvents({ Counter, Histogram, registry: register })`. The metrics are named
 * `countersign_…`.
 *
 * @throws {TypeError} If an option is missing or unknown.
 */
export function prometheusEvents<Registry extends object>(options: PrometheusOptions<Registry>): OnMetricEvent {
  const { Counter, Histogram, registry } = readOptions<PrometheusOptions<Registry>>(options, NAMES);
  assertFunction(Counter, 'Counter');
  assertFunction(Histogram, 'Histogram');
  assertObject(registry, 'registry');
  const measures = eachInstrument((name, instrument) => {
    const { description, labels, kind, bounds = [] } = instrument;
    const configuration = { name: metricName(name, instrument), help: description, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') {
      const counter = new Counter(configuration);
      return (value: number, given: Record<string, string>): void => counter.inc(given, value);
    }
    const histogram = new Histogram({ ...configuration, buckets: [...bounds] });
    return (value: number, given: Record<string, string>): void => histogram.observe(given, value);
  });
  return (event) => recordEvent(event, (name, value, labels) => measures.get(name)!(value, { ...labels }));
}

/** Base units, and `_total` of what only grows. */
function metricName(name: InstrumentName, { kind }: Instrument): string {
  return `countersign_${name.replaceAll('.', '_')}_${kind === 'counter' ? 'total' : 'seconds'}`;
}
