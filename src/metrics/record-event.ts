/**
 * From events to values: which instruments an event is told to, and with which labels.
 *
 * @module
 */

import type { VerificationEvent } from '../adapter/shared/events.ts';
import type { KeyEvent } from '../api-key/alarm.ts';
import { isErrorCode, type VerificationErrorCode } from '../errors.ts';
import type { Measure } from './instruments.ts';
import type { StoreEvent } from './observe-replay-store.ts';

/** Whatever is told to `onEvent`: of an adapter, of `createApiKeys`, of `observeReplayStore`. */
export type MetricEvent = VerificationEvent | KeyEvent | StoreEvent;

/** Takes events of every kind: it fits each `onEvent`. */
export type OnMetricEvent = (event: MetricEvent) => void;

/** Which codes say that a store or a look-up gave no answer that counts. */
const STORE_ERRORS: ReadonlySet<VerificationErrorCode> = /* @__PURE__ */ new Set<VerificationErrorCode>([
  'store_unavailable',
  'store_busy',
  'store_restored',
  'replay_store_cold',
  'replay_store_full',
]);

/** Tells an event to the instruments that it is for. */
export function recordEvent(event: MetricEvent, measure: Measure): void {
  if ('outcome' in event) recordRequest(event, measure);
  else if ('action' in event) recordKey(event, measure);
  else recordStore(event, measure);
}

function recordRequest({ outcome, code, duration, clockDifference, error }: VerificationEvent, measure: Measure): void {
  const labels = { outcome, reason: reasonOf(code, error) };
  measure('verify.requests', 1, labels);
  measure('verify.duration', duration, labels);
  if (clockDifference !== undefined) measure('clock.skew', clockDifference, { outcome });
  if (code !== undefined && STORE_ERRORS.has(code)) measure('store.errors', 1, { reason: code });
}

/** A code, or `none`; `error` for what is no refusal, `other` for a code of another version of this package. */
function reasonOf(code: string | undefined, error: unknown): string {
  if (code === undefined) return error === undefined ? 'none' : 'error';
  return isErrorCode(code) ? code : 'other';
}

function recordKey(event: KeyEvent, measure: Measure): void {
  const { action } = event;
  if ('seq' in event) measure('keys.lifecycle', 1, { action });
  else measure('keys.alarms', event.count ?? 1, { action });
}

function recordStore({ result, duration }: StoreEvent, measure: Measure): void {
  measure('replay.checks', 1, { result });
  measure('replay.store.duration', duration, { result });
}
