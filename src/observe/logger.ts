import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * Names of fields whose values never reach the log, wherever they stand up to three levels deep. The code logs
 * ids and codes only; this is the net below it.
 */
const PERSONAL = [
  'subject',
  'notation',
  'nid',
  'givenName',
  'familyName',
  'patronymicName',
  'dateOfBirth',
  'address',
  'evidence',
  'result',
  'body',
  'envelope',
  'requester',
  'officer',
  'authorization',
  'signature',
  'privateKey',
  'password',
  'url',
];

/** Structured logs, one JSON object a line, with redaction. Level by `URA_LOG`, default `info`. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: PERSONAL.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
    serializers: { error: serializeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Type, code and stack without the message line of foreign errors: a driver's message can quote the values of
 * a statement, and values are personal data.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? '[database error]' : error.message,
    stack: frames.slice(0, 8).join('\n'),
  };
}
