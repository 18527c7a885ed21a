import assert from 'node:assert/strict';
import type { Gauges } from '../../src/observe/gauges.js';
import { createMetrics } from '../../src/observe/metrics.js';

describe('the metrics', () => {
  const gauges = (change: Partial<Gauges> = {}): Gauges => ({
    outbox: async () => ({ count: 7, oldestAgeSeconds: 12, failingTopics: 1 }),
    relayedPartitions: () => 16,
    deadLetters: async () => 2,
    admission: () => ({ underWay: 2, overloaded: true, refused: 9 }),
    lanes: () => [{ adapter: 'civil', active: 3, depth: 5, limit: 16, backlog: 0 }],
    backlog: async () => [{ adapter: 'civil', state: 'retry-wait', count: 4, oldestAgeSeconds: 60 }],
    circuits: () => [],
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
      'ura_http_under_way 2',
      'ura_http_overloaded 1',
      'ura_http_turned_away_total 9',
      'ura_outbox_topics_failing 1',
      'ura_outbox_partitions 16',
      'ura_dead_letters 2',
      'ura_lane_active{adapter="civil"} 3',
      'ura_lane_limit{adapter="civil"} 16',
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
          return { count: looks, oldestAgeSeconds: looks, failingTopics: 0 };
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
