import type { RefusalCode } from '../../../src/signing/refusals.js';
import { digestOf, forged, honest, type makeExchange } from './world.js';

type Exchange = ReturnType<typeof makeExchange>;

/** One line of the table: an answer that must be refused, with exactly this code. */
type AnswerVector = readonly [
  row: string,
  name: string,
  code: RefusalCode,
  attack: (exchange: Exchange) => Promise<unknown>,
];

const ids = Array.from({ length: 6 }, (_, n) => `0195f7a0-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
  ...string[],
];
const row = 'Answers';

export const answerVectors: readonly AnswerVector[] = [
  [
    row,
    'answer to another request with the same body',
    'answer-not-bound',
    async (exchange) => {
      const first = await exchange.ask(ids[0]);
      const second = await exchange.ask(ids[1]);
      return exchange.asking.verifyAnswer(await exchange.answerTo(second, ids[2]), first);
    },
  ],
  [
    row,
    'answer to the same message id with another body',
    'answer-not-bound',
    async (exchange) => {
      const sent = await exchange.ask(ids[0]);
      const answer = await exchange.answerTo(sent, ids[2]);
      const other = { ...sent, bodySha256: digestOf(forged).slice('SHA-256='.length) };
      return exchange.asking.verifyAnswer(answer, other);
    },
  ],
  [
    row,
    'answer a second time',
    'message-replayed',
    async (exchange) => {
      const sent = await exchange.ask(ids[0]);
      const answer = await exchange.answerTo(sent, ids[2]);
      await exchange.asking.verifyAnswer(answer, sent);
      return exchange.asking.verifyAnswer(answer, sent);
    },
  ],
  [
    row,
    'request given back as its answer',
    'keyid-unknown',
    async (exchange) => {
      const sent = await exchange.ask(ids[0]);
      const headers = ['Content-Type', 'application/json', ...Object.entries(sent.fields).flat()];
      return exchange.asking.verifyAnswer({ status: 200, headers, body: honest }, sent);
    },
  ],
  [
    row,
    'unsigned answer',
    'modi-token-missing',
    async (exchange) => {
      const sent = await exchange.ask(ids[0]);
      const headers = ['Content-Type', 'application/json', 'Digest', digestOf(honest)];
      return exchange.asking.verifyAnswer({ status: 200, headers, body: honest }, sent);
    },
  ],
  [
    row,
    'body of the answer changed',
    'modi-digest-mismatch',
    async (exchange) => {
      const sent = await exchange.ask(ids[0]);
      const answer = await exchange.answerTo(sent, ids[2]);
      return exchange.asking.verifyAnswer({ ...answer, body: forged }, sent);
    },
  ],
  [
    row,
    'answer that was made for another asker',
    'modi-audience',
    async (exchange) => {
      const sent = await exchange.ask(ids[0]);
      const request = {
        partner: 'oss',
        keyId: 'oss-1',
        messageId: sent.messageId,
        createdAt: 0,
        expiresAt: 0,
        bodySha256: sent.bodySha256,
      };
      const fields = await exchange.answering.signAnswer({ messageId: ids[3], status: 204 }, request);
      const headers = Object.entries(fields).flat();
      return exchange.asking.verifyAnswer({ status: 204, headers, body: Buffer.alloc(0) }, sent);
    },
  ],
];
