/** Events of real verifiers, stores and keys, in the real libraries of metrics. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Meter } from '@opentelemetry/api';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createSignedFetch, createVerifier, hmacSigner, memoryReplayStore, signRequest } from 'countersign';
import { aesGcmSealer, createApiKeys, type KeyEvent, memoryKeyStore } from 'countersign/api-keys';
import {
  type MetricEvent,
  type OnMetricEvent,
  observeReplayStore,
  openTelemetryEvents,
  prometheusEvents,
  type StoreEvent,
} from 'countersign/metrics';
import { type VerificationEvent, verifiedHandler } from 'countersign/node';
import { Counter, Histogram, Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VerificationError } from '../../src/errors.ts';
import { INSTRUMENTS } from '../../src/metrics/instruments.ts';

const servers: Server[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const ACCEPTED: VerificationEvent = {
  outcome: 'accepted',
  code: undefined,
  duration: 0.0004,
  clockDifference: 1,
  keyid: 'jdoe',
  error: undefined,
};

const refused = (code: string, outcome: VerificationEvent['outcome'] = 'refused'): VerificationEvent => ({
  ...ACCEPTED,
  outcome,
  code: code as VerificationError['code'],
  clockDifference: undefined,
  error: new Error(code),
});

const KEY: KeyEvent = { seq: 1, at: 0, actor: 'staff', action: 'issued', keyid: 'bank_1', tenant: '', before: undefined, after: undefined };
const ALARM: KeyEvent = { action: 'rotated_out_used', at: 0, keyid: 'bank_1', count: 3 };
const STORED: StoreEvent = { result: 'replayed', duration: 0.002 };

const EVENTS: readonly MetricEvent[] = [
  ACCEPTED,
  ACCEPTED,
  refused('signature_mismatch'),
  refused('store_unavailable', 'failed'),
  refused('replay_store_cold', 'failed'),
  { ...ACCEPTED, outcome: 'failed', error: new TypeError('a program'), clockDifference: undefined },
  refused('a_code_of_tomorrow'),
  { ...refused('expired'), clockDifference: 1000 },
  KEY,
  { ...KEY, action: 'revoked' },
  ALARM,
  STORED,
];

function prometheus(): { readonly registry: Registry; readonly onEvent: OnMetricEvent } {
  const registry = new Registry();
  return { registry, onEvent: prometheusEvents({ Counter, Histogram, registry }) };
}

/** Lines of a Prometheus text, comments and buckets left out. */
const valuesIn = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && !/^#|_bucket\{|_sum/.test(line));

describe('prometheusEvents, in prom-client', () => {
  it('counts and measures each kind of event', async () => {
    const { registry, onEvent } = prometheus();
    for (const event of EVENTS) onEvent(event);
    expect(valuesIn(await registry.metrics())).toEqual([
      'countersign_verify_requests_total{outcome="accepted",reason="none"} 2',
      'countersign_verify_requests_total{outcome="refused",reason="signature_mismatch"} 1',
      'countersign_verify_requests_total{outcome="failed",reason="store_unavailable"} 1',
      'countersign_verify_requests_total{outcome="failed",reason="replay_store_cold"} 1',
      'countersign_verify_requests_total{outcome="failed",reason="error"} 1',
      'countersign_verify_requests_total{outcome="refused",reason="other"} 1',
      'countersign_verify_requests_total{outcome="refused",reason="expired"} 1',
      'countersign_verify_duration_seconds_count{outcome="accepted",reason="none"} 2',
      'countersign_verify_duration_seconds_count{outcome="refused",reason="signature_mismatch"} 1',
      'countersign_verify_duration_seconds_count{outcome="failed",reason="store_unavailable"} 1',
      'countersign_verify_duration_seconds_count{outcome="failed",reason="replay_store_cold"} 1',
      'countersign_verify_duration_seconds_count{outcome="failed",reason="error"} 1',
      'countersign_verify_duration_seconds_count{outcome="refused",reason="other"} 1',
      'countersign_verify_duration_seconds_count{outcome="refused",reason="expired"} 1',
      'countersign_clock_skew_seconds_count{outcome="accepted"} 2',
      'countersign_clock_skew_seconds_count{outcome="refused"} 1',
      'countersign_store_errors_total{reason="store_unavailable"} 1',
      'countersign_store_errors_total{reason="replay_store_cold"} 1',
      'countersign_replay_checks_total{result="replayed"} 1',
      'countersign_replay_store_duration_seconds_count{result="replayed"} 1',
      'countersign_keys_lifecycle_total{action="issued"} 1',
      'countersign_keys_lifecycle_total{action="revoked"} 1',
      'countersign_keys_alarms_total{action="rotated_out_used"} 3',
    ]);
  });

  it('has buckets for what verifying takes', async () => {
    const { registry, onEvent } = prometheus();
    onEvent(ACCEPTED);
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('countersign_verify_duration_seconds_bucket'));
    const counts = lines.map((line) => [/le="([^"]+)"/.exec(line)![1], Number(line.split(' ').at(-1))]);
    expect(counts.slice(0, 4)).toEqual([
      ['0.0001', 0],
      ['0.00025', 0],
      ['0.0005', 1],
      ['0.001', 1],
    ]);
    expect(counts.slice(-2).map(([bound]) => bound)).toEqual(['0.5', '+Inf']);
  });

  it('takes no registry twice, and no option that it does not know', () => {
    const { registry } = prometheus();
    expect(() => prometheusEvents({ Counter, Histogram, registry })).toThrow(/already been registered/);
    expect(() => prometheusEvents({ Counter, Histogram, registry: new Registry(), prefix: 'x' } as never)).toThrow(/there is no "prefix"/);
    for (const name of ['Counter', 'Histogram', 'registry'])
      expect(() => prometheusEvents({ Counter, Histogram, registry: new Registry(), [name]: undefined })).toThrow(new RegExp(name));
  });
});

describe('openTelemetryEvents, in the SDK', () => {
  function openTelemetry() {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    const meter: Meter = provider.getMeter('bank');
    return {
      meter,
      collect: async () => (await reader.collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics),
      provider,
    };
  }

  it('counts and measures each kind of event, with units and buckets', async () => {
    const { meter, collect, provider } = openTelemetry();
    const onEvent = openTelemetryEvents(meter);
    for (const event of EVENTS) onEvent(event);
    const metrics = await collect();
    await provider.shutdown();
    expect(metrics.map(({ descriptor: { name, unit } }) => [name, unit])).toEqual(
      Object.entries(INSTRUMENTS).map(([name, { unit }]) => [`countersign.${name}`, unit]),
    );
    const points = (name: string) =>
      metrics
        .find(({ descriptor }) => descriptor.name === `countersign.${name}`)!
        .dataPoints.map(({ attributes, value }) => [attributes, typeof value === 'number' ? value : (value as { count: number }).count]);
    expect(points('verify.requests')[0]).toEqual([{ outcome: 'accepted', reason: 'none' }, 2]);
    expect(points('verify.duration')[1]).toEqual([{ outcome: 'refused', reason: 'signature_mismatch' }, 1]);
    expect(points('clock.skew')).toEqual([
      [{ outcome: 'accepted' }, 2],
      [{ outcome: 'refused' }, 1],
    ]);
    expect(points('store.errors').map(([attributes]) => attributes)).toEqual([
      { reason: 'store_unavailable' },
      { reason: 'replay_store_cold' },
    ]);
    expect(points('keys.lifecycle').map(([attributes]) => attributes)).toEqual([{ action: 'issued' }, { action: 'revoked' }]);
    expect(points('keys.alarms')).toEqual([[{ action: 'rotated_out_used' }, 3]]);
    const { value } = metrics.find(({ descriptor }) => descriptor.name === 'countersign.verify.duration')!.dataPoints[0]!;
    expect((value as { buckets: { boundaries: number[] } }).buckets.boundaries).toEqual(INSTRUMENTS['verify.duration'].bounds);
  });

  it('says what is no meter', () => {
    for (const meter of [undefined, {}, { createCounter: () => undefined }])
      expect(() => openTelemetryEvents(meter as never)).toThrow(/meter/);
  });
});

describe('labels', () => {
  const SECRETS = /jdoe|bank_1|nonce|staff|\/coins|127\.0\.0\.1/;

  it('say nothing of keys, people, paths or hosts', async () => {
    const { registry, onEvent } = prometheus();
    for (const event of EVENTS) onEvent(event);
    expect(await registry.metrics()).not.toMatch(SECRETS);
  });

  it('have values that are all known: those of refusals are the codes', () => {
    const measured = vi.fn();
    const meter = { createCounter: () => ({ add: measured }), createHistogram: () => ({ record: measured }) };
    const onEvent = openTelemetryEvents(meter);
    for (let index = 0; index < 1000; index++) onEvent(refused(`code-${index}`));
    const reasons = measured.mock.calls.map(([, { reason }]) => reason as string);
    expect(new Set(reasons)).toEqual(new Set(['other']));
  });
});

describe('of a bank', () => {
  it('tells requests, the store and keys by one function', async () => {
    const { registry, onEvent } = prometheus();
    const sealer = aesGcmSealer({ current: 'm1', keys: { m1: new Uint8Array(32).fill(7) } });
    const apiKeys = createApiKeys({ store: memoryKeyStore(), sealer, prefix: 'bank', onEvent });
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    let isDown = false;
    const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const replayStore = observeReplayStore(
      {
        consume: (request) => {
          if (isDown) throw new Error('down');
          return store.consume(request);
        },
      },
      onEvent,
    );
    const verifier = createVerifier({ insecurelyTrustHost: true, resolveKey: apiKeys.resolveKey, replayStore });
    const server = createServer(
      verifiedHandler(verifier, (_verified, _request, response) => void response.end(), { onEvent, onError: () => undefined }),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const url = `http://${authority}/coins`;
    const signer = hmacSigner({ keyid, secret });
    await createSignedFetch({ signer })(url);
    await fetch(url);
    const message = { method: 'GET', scheme: 'http', authority, target: '/coins', fields: [] };
    const headers = Object.fromEntries((await signRequest(message, { signer })).fields);
    for (let count = 0; count < 2; count++) await fetch(url, { headers });
    isDown = true;
    await fetch(url, { headers: Object.fromEntries((await signRequest(message, { signer })).fields) });
    await apiKeys.revoke(keyid, { reason: 'leaked' });
    await apiKeys.close();
    const counted = valuesIn(await registry.metrics()).filter((line) => line.includes('_total'));
    expect(counted).toEqual([
      'countersign_verify_requests_total{outcome="accepted",reason="none"} 2',
      'countersign_verify_requests_total{outcome="refused",reason="signature_missing"} 1',
      'countersign_verify_requests_total{outcome="refused",reason="nonce_replayed"} 1',
      'countersign_verify_requests_total{outcome="failed",reason="store_unavailable"} 1',
      'countersign_store_errors_total{reason="store_unavailable"} 1',
      'countersign_replay_checks_total{result="consumed"} 2',
      'countersign_replay_checks_total{result="replayed"} 1',
      'countersign_replay_checks_total{result="failed"} 1',
      'countersign_keys_lifecycle_total{action="issued"} 1',
      'countersign_keys_lifecycle_total{action="revoked"} 1',
    ]);
  });
});

describe('observeReplayStore', () => {
  const request = { tenant: '', scope: '4:jdoe-', nonce: 'n', created: 0, keepUntil: 1, now: 0, futureSkew: 0 };

  it('answers as the store does, at once where it does', async () => {
    const events: StoreEvent[] = [];
    const observe = (consume: () => 'consumed' | 'full' | Promise<'cold'>) =>
      observeReplayStore({ consume, consumeAll: consume }, (event) => events.push(event));
    expect(observe(() => 'consumed').consume(request)).toBe('consumed');
    expect(observe(() => 'full').consumeAll!([request])).toBe('full');
    expect(await observe(() => Promise.resolve('cold' as const)).consume(request)).toBe('cold');
    await expect(observe(async () => Promise.reject(new Error('down'))).consume(request)).rejects.toThrow('down');
    expect(() =>
      observe(() => {
        throw new Error('closed');
      }).consume(request),
    ).toThrow('closed');
    expect(events.map(({ result }) => result)).toEqual(['consumed', 'full', 'cold', 'failed', 'failed']);
    expect(events.every(({ duration }) => duration >= 0)).toBe(true);
  });

  it('has consumeAll where the store has it', () => {
    expect(observeReplayStore({ consume: () => 'consumed' }, () => undefined).consumeAll).toBeUndefined();
  });

  it('is not changed by whoever is told', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = observeReplayStore({ consume: () => 'consumed' }, () => {
      throw new Error('the metrics are down');
    });
    expect(store.consume(request)).toBe('consumed');
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('says what is wrong with its arguments', () => {
    expect(() => observeReplayStore({} as never, () => undefined)).toThrow(/store.consume/);
    expect(() => observeReplayStore({ consume: () => 'consumed' }, undefined as never)).toThrow(/onEvent/);
  });
});
