import { Command, Option } from 'commander';
import { readMunicipalities } from '../../../contracts/municipalities.js';
import { differingFields } from '../../catalogue/effective-card.js';
import { type Language, languages, translate } from '../../catalogue/language.js';
import { createQueries } from '../../catalogue/queries.js';
import { createServices } from '../../catalogue/services.js';
import { ConfigInvalid } from '../../config/read-config.js';
import { readWholeConfig, type WholeConfig } from '../../config/read-whole.js';
import { configFolderOf, dataFolderOf } from '../../environment.js';
import { UraError } from '../../errors.js';
import type { CommandParts } from '../command-parts.js';
import { cardTable } from './card-table.js';
import { words } from './labels.js';

interface CommonOptions {
  readonly config?: string;
  readonly lang: Language;
  readonly json: boolean;
}

/** `ura catalogue list` and `ura catalogue show`. */
export function catalogueCommand(parts: CommandParts): Command {
  return new Command('catalogue')
    .description('look at administrative services, national and as a municipality offers them')
    .addCommand(listCommand(parts))
    .addCommand(showCommand(parts));
}

function listCommand({ print, variables }: CommandParts): Command {
  return withCommonOptions(
    new Command('list').description('list the administrative services'),
    'print a list of objects',
  )
    .option('--group <group>', 'only those of this group')
    .option('--municipality <code>', 'only those that this municipality offers')
    .addHelpText(
      'after',
      `
Examples:
  $ ura catalogue list
  $ ura catalogue list --group housing --municipality 20
      marks those in which Divjakë differs from the national catalogue`,
    )
    .action(async (options: CommonOptions & { group?: string; municipality?: string }, command: Command) => {
      const { group, municipality, lang, json } = options;
      const { config } = await readConfiguration(variables, options, command);
      const services = createServices(config, readMunicipalities());
      const settings = config.municipalities.find((each) => each.municipality === municipality);
      const listed = orRefuse(command, () =>
        services.national
          .filter(
            (service) =>
              (group === undefined || service.group === group) &&
              (municipality === undefined || services.isOffered(municipality, service.code)),
          )
          .map(({ code, group, name }) => ({
            code,
            group,
            name: name[lang],
            differs:
              Object.keys(differingFields(settings, code)).length > 0 ||
              Object.hasOwn(settings?.services ?? {}, code),
          })),
      );
      if (json) {
        print(JSON.stringify(listed, undefined, 2));
        return;
      }
      const width = Math.max(0, ...listed.map((each) => each.group.length));
      for (const { code, group, name, differs } of listed) {
        print(`${code}  ${group.padEnd(width)}  ${name}${differs ? ` (${words.differs[lang]})` : ''}`);
      }
      if (listed.length === 0) print('no service');
    });
}

function showCommand({ print, variables }: CommandParts): Command {
  return withCommonOptions(
    new Command('show')
      .description('print the effective card of a service in one municipality, with the origin of each value')
      .argument('<municipality>', 'code, two digits')
      .argument('<service>', 'code, for example AL020101'),
    'print card, procedure, origins and version as one object',
  )
    .addHelpText(
      'after',
      `
Examples:
  $ ura catalogue show 20 AL020101
  $ ura catalogue show 20 AL020101 --lang en --json`,
    )
    .action(async (municipality: string, code: string, options: CommonOptions, command: Command) => {
      const { lang, json } = options;
      const { config } = await readConfiguration(variables, options, command);
      if (config.queries.some((query) => query.code === code)) {
        command.error(`${code} is a query to a registry, which has no card: see config/queries/`);
      }
      const service = orRefuse(command, () =>
        createServices(config, readMunicipalities()).effective(municipality, code),
      );
      if (!json) {
        for (const line of cardTable(service, createQueries(config.queries), lang)) print(line);
        return;
      }
      const { name, card, origins, ...others } = service;
      const shown = {
        ...others,
        language: lang,
        name: name[lang],
        card: translate(card, lang),
        origins: { ...origins, without: origins.without.map(({ id }) => id) },
      };
      print(JSON.stringify(shown, undefined, 2));
    });
}

function withCommonOptions(command: Command, json: string): Command {
  return command
    .option('--config <folder>', 'default: URA_CONFIG, or the one that comes with Ura')
    .addOption(new Option('--lang <language>', 'of names and cards').choices(languages).default(languages[0]))
    .option('--json', json, false);
}

async function readConfiguration(
  variables: CommandParts['variables'],
  { config }: CommonOptions,
  command: Command,
): Promise<WholeConfig> {
  try {
    return await readWholeConfig(config ?? configFolderOf(variables), {
      ...variables,
      URA_DATA: dataFolderOf(variables),
    });
  } catch (error) {
    if (error instanceof ConfigInvalid) return command.error(`error: ${error.message}`);
    throw error;
  }
}

/** What the gateway would refuse, said to whoever typed it. */
function orRefuse<Made>(command: Command, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (error instanceof UraError) return command.error(`error: ${error.title}. ${error.detail}`);
    throw error;
  }
}
