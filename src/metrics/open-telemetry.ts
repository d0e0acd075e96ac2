/**
 * Events as metrics of OpenTelemetry, by the shape of its `Meter`.
 *
 * @module
 */

import { assertFunction, assertObject } from '../internal/assert.ts';
import { memberOf } from '../internal/options.ts';
import { eachInstrument } from './instruments.ts';
import { type OnMetricEvent, recordEvent } from './record-event.ts';

/** What we need of a `Meter` of `@opentelemetry/api`. */
export interface MeterLike {
  /** Makes a counter. */
  createCounter(
    name: string,
    options: { readonly description: string; readonly unit: string },
  ): { add(value: number, attributes: Record<string, string>): void };
  /** Makes a histogram; `advice` names its buckets. */
  createHistogram(
    name: string,
    options: { readonly description: string; readonly unit: string; readonly advice: { readonly explicitBucketBoundaries: number[] } },
  ): { record(value: number, attributes: Record<string, string>): void };
}

/**
 * What takes events and measures them: `onEvent: openTelemetryEvents(metrics.getMeter('bank'))`. The instruments are named `countersign.…`.
 *
 * @throws {TypeError} If `meter` is none.
 */
export function openTelemetryEvents(meter: MeterLike): OnMetricEvent {
  assertObject(meter, 'meter');
  for (const method of ['createCounter', 'createHistogram']) assertFunction(memberOf(meter, method), `meter.${method}`);
  const measures = eachInstrument((name, { kind, description, unit, bounds = [] }) => {
    const named = `countersign.${name}`;
    if (kind === 'counter') {
      const counter = meter.createCounter(named, { description, unit });
      return (value: number, labels: Record<string, string>): void => counter.add(value, labels);
    }
    const histogram = meter.createHistogram(named, { description, unit, advice: { explicitBucketBoundaries: [...bounds] } });
    return (value: number, labels: Record<string, string>): void => histogram.record(value, labels);
  });
  return (event) => recordEvent(event, (name, value, labels) => measures.get(name)!(value, { ...labels }));
}
