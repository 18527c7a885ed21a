import { randomUUID } from 'node:crypto';
import type { Step } from '../../../src/config/catalogue-settings.js';
import type { ConfigCopy, Json } from '../../support/config-copy.js';
import { configWithProcedures, housing } from '../../support/procedures-config.js';

/** The procedure of the cases: three questions to two registries. */
export const procedure = 'AL990001';
const steps: readonly Step[] = [
  { id: 'family', service: 'AL012031' },
  { id: 'residence', service: 'AL012003' },
  { id: 'dues', service: 'AL014001' },
];

export const registryNames = ['civil', 'tax', 'business'] as const;
export type RegistryName = (typeof registryNames)[number];

export interface ConfigurationSettings {
  /** Of the nodes; clients reach the one gateway under all of these. */
  readonly ports: readonly number[];
  readonly replicationFactor: number;
  /** Further changes of all adapters' settings. */
  readonly adapters?: Json;
}

/** The configuration that comes with Ura, as two nodes share it, with leases and pauses as short as a campaign is. */
export async function chaosConfiguration(settings: ConfigurationSettings): Promise<ConfigCopy> {
  const copy = await configWithProcedures([housing({ evidence: steps })]);
  const adapter = (content: Json): Json => ({
    ...content,
    connectTimeoutMs: 1_000,
    callTimeoutMs: 4_000,
    statusPauseMs: 10_000,
    retry: { ...(content.retry as Json), baseMs: 200, capMs: 5_000 },
    ...settings.adapters,
  });
  const overKafka = (content: Json): Json => ({ ...content, kafkaIntake: true });
  await copy.change({
    'gateway.json': (content) => ({
      ...content,
      publicOrigins: settings.ports.map((port) => `http://127.0.0.1:${port}`),
      dispatch: { leaseMs: 2_000, pollMs: 200, defaultDeadlineMinutes: 24 * 60 },
      kafka: {
        ...(content.kafka as Json),
        replicationFactor: settings.replicationFactor,
        // Readers of other scenes on the same brokers have a group of their own.
        clientProperties: { 'group.id': `ura-intake-${randomUUID()}`, 'session.timeout.ms': 6_000 },
      },
    }),
    'clients/oss-divjake.json': overKafka,
    'clients/oss-fier.json': overKafka,
    ...Object.fromEntries(registryNames.map((name) => [`adapters/${name}.json`, adapter])),
  });
  return copy;
}
