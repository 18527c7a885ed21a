import { Command } from 'commander';
import { type Gateway, startGateway } from '../compose.js';
import { prepareEnvironment } from '../environment.js';
import { createLogger } from '../observe/logger.js';
import type { CommandParts } from './command-parts.js';

/** `ura serve` */
export function serveCommand({ variables, clock, asked, mayTakeLonger }: CommandParts): Command {
  return new Command('serve')
    .description('run the gateway until it is asked to stop (SIGTERM or Ctrl-C)')
    .option(
      '--roles <list>',
      'what this process does, of api,dispatch,relay,seal (default: all; or URA_ROLES)',
    )
    .addHelpText(
      'after',
      `
Environment:
  URA_CONFIG     folder of the configuration (default: the one that comes with Ura)
  URA_DATA       folder of the embedded PostgreSQL and of development keys (default: .ura)
  DATABASE_URL   PostgreSQL, for example postgres://ura@db.example/ura (default: embedded)
  KAFKA_BROKERS  for example kafka-1.example:9092,kafka-2.example:9092 (default: embedded, in memory)
  PORT, HOST     where to listen (default: 8080 on 127.0.0.1)
  URA_ENV        production refuses embedded parts, development keys and missing TLS
  URA_LOG        trace, debug, info, warn, error (default: info)
  URA_ROLES      as --roles

Roles, for several processes on one database and one Kafka:
  api            takes requests in
  dispatch       takes them to their registries and moves cases on
  relay          tells municipalities, over Kafka and webhooks
  seal           keeps house over what is stored
Each role may run in any number of processes; health and metrics are served by all.

Clients, policies, queries, catalogue, municipalities, keys and revocation lists are read anew when their files
change, within 10 seconds, or at once on SIGHUP. A set that cannot be used never replaces a good one. Settings of
the gateway itself and of adapters count from the next start.

Examples:
  $ ura serve
      everything embedded: nothing to install, nothing to configure
  $ DATABASE_URL=postgres://ura@127.0.0.1/ura KAFKA_BROKERS=127.0.0.1:9092 ura serve
      with servers of your own
  $ ura serve --roles api
      takes requests and answers; others, with --roles dispatch,relay,seal, do the work
  $ curl http://127.0.0.1:8080/health/ready
      says what is missing; http://127.0.0.1:8080/docs shows the API`,
    )
    .action(async ({ roles }: { roles?: string }) => {
      const wanted = roles === undefined ? variables : { ...variables, URA_ROLES: roles };
      const environment = await prepareEnvironment(wanted, clock);
      const logger = createLogger(environment.logLevel);
      if (environment.embedded.length > 0) {
        logger.info(
          `embedded ${environment.embedded.join(' and ')} started, for development only: set DATABASE_URL and KAFKA_BROKERS to use real ones`,
        );
      }
      try {
        let gateway: Gateway | undefined;
        let isReloadAsked = false;
        const reload = (): void => {
          isReloadAsked = gateway === undefined;
          void gateway?.reload();
        };
        // On a terminal the signal says that the terminal is gone, and ends the process as it always did.
        if (!process.stdout.isTTY) process.on('SIGHUP', reload);
        gateway = await startGateway(environment, logger, clock);
        if (isReloadAsked) reload();
        mayTakeLonger(gateway.config.gateway.http.drainMs ?? 0);
        const unfit = await Promise.race([asked, gateway.unfit]);
        await gateway.stop();
        process.off('SIGHUP', reload);
        if (unfit) throw unfit;
      } finally {
        await environment.stopEmbedded();
      }
    });
}
