import { checkMeaning, type Meaning } from './check-meaning.js';
import type { Config } from './config.js';
import { ConfigInvalid, createReadingTools, type ReadingTools, readConfig } from './read-config.js';

/** A configuration that was checked in every way that needs nothing but itself and this program. */
export interface WholeConfig {
  readonly config: Config;
  readonly meaning: Meaning;
  /** What is allowed, and seldom meant. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a configuration folder as the gateway does.
 *
 * @throws {ConfigInvalid} with all problems.
 */
export async function readWholeConfig(
  folder: string,
  environment: Environment,
  tools?: ReadingTools,
): Promise<WholeConfig> {
  const config = await readConfig(folder, environment, tools);
  const { problems, warnings, meaning } = checkMeaning(config);
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return { config, meaning, warnings };
}

/**
 * Reads the same folder again and again, and keeps what it compiled: a reading must not keep requests waiting.
 *
 * @returns as {@link readWholeConfig}.
 */
export function createConfigReader(folder: string, environment: Environment): () => Promise<WholeConfig> {
  let tools: Promise<ReadingTools> | undefined;
  return async () => {
    tools ??= createReadingTools();
    return readWholeConfig(folder, environment, await tools);
  };
}
