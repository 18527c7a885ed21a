import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { CommandParts } from '../command-parts.js';
import { asOperator, giving, type ReasonOptions } from './reach.js';
import { type RequestDetail, requestSheet } from './tables.js';

interface AnswerOptions extends ReasonOptions {
  readonly evidence?: string;
  readonly refusal?: string;
  readonly message?: string;
  readonly failure?: string;
  readonly document?: string;
}

/** Sends one action and shows what became of the request. */
export async function actOnOne(
  parts: CommandParts,
  id: string,
  action: string,
  options: ReasonOptions,
  more: object = {},
): Promise<void> {
  const { reason: code, text, idempotencyKey } = options;
  const path = `/requests/${encodeURIComponent(id)}/${action}`;
  const request = await asOperator(parts, options, (client) =>
    client.post<RequestDetail>(path, { reason: { code, text }, ...more }, idempotencyKey),
  );
  if (options.json) parts.print(JSON.stringify(request, null, 2));
  else for (const line of requestSheet(request)) parts.print(line);
}

/** `ura operator cancel` */
export function cancelCommand(parts: CommandParts): Command {
  const reasons = ['client-asked', 'duplicate', 'executed-elsewhere', 'cannot-be-answered'];
  return giving(new Command('cancel').argument('<id>', 'id of the request'), reasons)
    .description('end a request without an answer; the client is told the text')
    .addHelpText(
      'after',
      `
Examples:
  $ ura operator cancel 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a --reason duplicate --text 'Kërkesa është dërguar dy herë'`,
    )
    .action((id: string, options: ReasonOptions) => actOnOne(parts, id, 'cancel', options));
}

/** `ura operator disclose` */
export function discloseCommand(parts: CommandParts): Command {
  return giving(new Command('disclose').argument('<id>', 'id of the request'), [
    'to-answer',
    'to-ask-registry',
  ])
    .description('show whom a request is about that waits for a person; that it was shown is kept')
    .addHelpText(
      'after',
      `
Prints JSON: subject, parameters, purpose, legal basis, and the contract that an answer has to fit.

Examples:
  $ ura operator disclose 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a --reason to-answer --text 'Për kërkim në arkiv'`,
    )
    .action(async (id: string, options: ReasonOptions) => {
      const { reason: code, text, idempotencyKey } = options;
      const path = `/requests/${encodeURIComponent(id)}/disclose`;
      const question = await asOperator(parts, options, (client) =>
        client.post(path, { reason: { code, text } }, idempotencyKey),
      );
      parts.print(JSON.stringify(question, null, 2));
    });
}

/** `ura operator answer` */
export function answerCommand(parts: CommandParts): Command {
  const reasons = ['registry-answered-otherwise', 'found-in-records', 'registry-cannot-answer'];
  return giving(new Command('answer').argument('<id>', 'id of the request'), reasons)
    .description('answer a request by hand that is held or waits for an officer; the client is told the text')
    .option('--evidence <file>', 'JSON file by the contract of the answer')
    .option('--refusal <code>', 'the registry says no, with its code')
    .option('--message <text>', 'with --refusal: what the registry says')
    .option('--failure <code>', 'no answer can be had: registry-cannot-answer or answer-lost')
    .option('--document <file>', 'the letter or page it was taken from: pdf, png, jpg or tif')
    .addHelpText(
      'after',
      `
Give one of --evidence, --refusal and --failure.

Examples:
  $ ura operator answer 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a --evidence act.json --document letter.pdf \\
      --reason registry-answered-otherwise --text 'Shkresa e regjistrit, nr. 117/2026'
  $ ura operator answer 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a --refusal FACT_NOT_FOUND --message 'Nuk ka akt në libër' \\
      --reason found-in-records --text 'Libri i vitit 1986'`,
    )
    .action(async (id: string, options: AnswerOptions) => {
      const more = { ...(await contentOf(options)), ...(await documentOf(options)) };
      await actOnOne(parts, id, 'answer', options, more);
    });
}

async function contentOf({ evidence, refusal, message, failure }: AnswerOptions): Promise<object> {
  const given = [evidence, refusal, failure].filter((each) => each !== undefined);
  if (given.length !== 1) throw new Error('give one of --evidence, --refusal and --failure');
  if (evidence !== undefined) {
    const text = await readFile(evidence, 'utf8');
    try {
      return { evidence: JSON.parse(text) as unknown };
    } catch {
      throw new Error(`${evidence} is not JSON`);
    }
  }
  if (failure !== undefined) return { failure: { code: failure } };
  if (message === undefined) throw new Error('--refusal needs --message: what the registry says');
  return { refusal: { code: refusal, message } };
}

const documentTypes: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
};

async function documentOf({ document }: AnswerOptions): Promise<object> {
  if (document === undefined) return {};
  const mediaType = documentTypes[extname(document).toLowerCase()];
  if (mediaType === undefined) throw new InvalidArgumentError(`${document} is no pdf, png, jpg or tif`);
  const content = (await readFile(document)).toString('base64');
  return { document: { name: basename(document), mediaType, content } };
}
