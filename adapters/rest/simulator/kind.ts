import { join } from 'node:path';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../../src/signing/key-files.js';
import type { RestChoice } from '../../../src/signing/profiles/index.js';
import { generatePopulation } from '../../civil/simulator/population.js';
import type { Population } from '../../civil/simulator/register.js';
import type { GatewaySide, Sample, SimulatorKind } from '../../simulator-kind.js';
import type { SimulatedRegistry } from './registry.js';
import { startRestSimulator } from './start.js';

/** Name of the gateway among a simulated registry's partners: `iss` of what it signs by `modi-rest`. */
export const gatewayPartner = 'gateway';

const defaultSeed = 2026;
const defaultPeople = 2000;

/** The simulated REST registry behind the interface that all simulators share. */
export function restSimulatorKind(parts: {
  readonly defaultPort: number;
  /** The registry's own side of its profile. */
  readonly profile: RestChoice;
  /** What only this registry's adapter is configured with, for a registry at this address. Default: nothing. */
  readonly options?: NonNullable<GatewaySide['options']>;
  readonly registry: (population: Population) => SimulatedRegistry;
  readonly samples: (population: Population) => readonly Sample[];
}): SimulatorKind<RestChoice> {
  return {
    gateway: {
      profile:
        parts.profile.profile === 'modi-rest' ? { ...parts.profile, issuer: gatewayPartner } : parts.profile,
      ...(parts.options && { options: parts.options }),
    },
    defaultPort: parts.defaultPort,
    async start({ keysFolder, seed = defaultSeed, people = defaultPeople, callbackUrl: _, ...settings }) {
      // The same people as in the civil register of the same seed.
      const registry = parts.registry(generatePopulation(seed, people));
      const own = await readPrivateKeyFile(join(keysFolder, `${registry.name}.private.jwk.json`));
      const gateway = await readTrustedKeyFile(join(keysFolder, 'gateway-http.public.jwk.json'), {
        partner: gatewayPartner,
      });
      return startRestSimulator({
        ...settings,
        registry,
        profile: parts.profile,
        signer: fileSigner(own),
        gatewayKeys: [gateway],
      });
    },
    samples: ({ seed = defaultSeed, people = defaultPeople }) =>
      parts.samples(generatePopulation(seed, people)),
  };
}
