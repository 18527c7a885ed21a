import assert from 'node:assert/strict';
import { createMetrics, type Gauges } from '../../src/observe/metrics.js';

describe('the metrics', () => {
  const gauges = (change: Partial<Gauges> = {}): Gauges => ({
    outbox: async () => ({ count: 7, oldestAgeSeconds: 12 }),
    lanes: () => [{ adapter: 'civil', active: 3, depth: 5 }],
    backlog: async () => [{ adapter: 'civil', state: 'retry-wait', count: 4, oldestAgeSeconds: 60 }],
    certificates: () => [{ name: 'gateway-messages', expiresInSeconds: 1_000 }],
    ...change,
  });
  const lines = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('ura_'));

  it('show things as they stand already at the first scrape', async () => {
    const shown = await lines(createMetrics(gauges()));
    for (const line of [
      'ura_outbox_events 7',
      'ura_outbox_age_seconds 12',
      'ura_lane_active{adapter="civil"} 3',
      'ura_lane_depth{adapter="civil"} 5',
      'ura_open_requests{adapter="civil",state="retry-wait"} 4',
      'ura_open_requests_age_seconds{adapter="civil",state="retry-wait"} 60',
      'ura_certificate_expires_in_seconds{name="gateway-messages"} 1000',
    ]) {
      assert.ok(shown.includes(line), line);
    }
  });

  it('look into the store once a scrape, not once a gauge', async () => {
    let looks = 0;
    const metrics = createMetrics(
      gauges({
        outbox: async () => {
          looks += 1;
          return { count: looks, oldestAgeSeconds: looks };
        },
      }),
    );
    await lines(metrics);
    assert.ok((await lines(metrics)).includes('ura_outbox_events 2'));
    assert.equal(looks, 2);
  });

  it('forget a state in which nothing is open any more', async () => {
    let rows = await gauges().backlog();
    const metrics = createMetrics(gauges({ backlog: async () => rows }));
    assert.ok((await lines(metrics)).some((line) => line.startsWith('ura_open_requests{')));
    rows = [];
    assert.equal(
      (await lines(metrics)).some((line) => line.startsWith('ura_open_requests')),
      false,
    );
  });

  it('are shown even while the store is away', async () => {
    const away = () => Promise.reject(new Error('away'));
    const metrics = createMetrics(gauges({ outbox: away, backlog: away }));
    metrics.accepted.inc({ service: 'AL012031' });
    assert.ok((await lines(metrics)).includes('ura_requests_accepted_total{service="AL012031"} 1'));
  });
});
