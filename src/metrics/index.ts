/**
 * `countersign/metrics`: what happens to requests, stores and keys, as metrics of OpenTelemetry or of prom-client, by their shape.
 *
 * @module
 */

export { observeReplayStore, type StoreEvent } from './observe-replay-store.ts';
export { type MeterLike, openTelemetryEvents } from './open-telemetry.ts';
export { type PrometheusOptions, prometheusEvents } from './prometheus.ts';
export type { MetricEvent, OnMetricEvent } from './record-event.ts';
