import type { Clock } from '../clock.js';
import type { Config } from '../config/config.js';
import type { Keyring } from '../config/keyring.js';
import { LiveConfig } from '../config/live-config.js';
import { ConfigInvalid } from '../config/read-config.js';
import { createConfigReader } from '../config/read-whole.js';
import { refuseDevelopment } from '../config/refuse-development.js';
import { type Environment, EnvironmentRefused } from '../environment.js';
import type { Logger } from '../observe/logger.js';
import { profileProblems } from './clients.js';

/**
 * Opens the configuration with all that it names, and holds each later version of it to the same rules.
 *
 * @throws {ConfigInvalid} {EnvironmentRefused} {KeyFileUnusable} with a sentence that helps.
 */
export async function openConfiguration(parts: {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observe: Parameters<typeof LiveConfig.open>[0]['observe'];
}): Promise<LiveConfig> {
  const { environment, clock, logger, observe } = parts;
  const { configFolder, variables, production } = environment;
  const ofDevelopment = (config: Config, keyring: Keyring): string[] =>
    production ? refuseDevelopment(config, keyring) : [];
  const ofProfiles = (config: Config, keyring: Keyring): string[] =>
    profileProblems(config, keyring.http, clock);
  const live = await LiveConfig.open({
    configFolder,
    read: createConfigReader(configFolder, variables),
    refuse: (config, keyring) => [...ofProfiles(config, keyring), ...ofDevelopment(config, keyring)],
    clock,
    observe,
  });
  const keyring = live.keys.current();
  const { config } = live.current();
  for (const warning of keyring.warnings) logger.warn(warning);
  try {
    const unusable = ofProfiles(config, keyring);
    if (unusable.length > 0) throw new ConfigInvalid(unusable);
    const refused = ofDevelopment(config, keyring);
    if (refused.length > 0) throw new EnvironmentRefused(refused);
  } catch (error) {
    live.stop();
    throw error;
  }
  return live;
}
