import { acceptAnyExpression, type CheckExpression, checkMeaning, type Meaning } from './check-meaning.js';
import type { Config } from './config.js';
import { ConfigInvalid, readConfig } from './read-config.js';

/** A configuration that was checked in every way that needs nothing but itself and this program. */
export interface WholeConfig {
  readonly config: Config;
  readonly meaning: Meaning;
  /** What is allowed, and seldom meant. */
  readonly warnings: readonly string[];
}

/**
 * Reads a configuration folder as the gateway does.
 *
 * @throws {ConfigInvalid} with all problems.
 */
export async function readWholeConfig(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  checkExpression: CheckExpression = acceptAnyExpression,
): Promise<WholeConfig> {
  const config = await readConfig(folder, environment);
  const { problems, warnings, meaning } = checkMeaning(config, checkExpression);
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return { config, meaning, warnings };
}
