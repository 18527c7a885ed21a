import { json } from './contract-files.js';
import { goldenMessageId, goldenOf } from './golden.js';
import type { RestPlan } from './rest-plan.js';

/** Golden folders of a REST adapter, by path: an answer for each operation, and a refusal. */
export function restGolden({ name, operations, refusals }: RestPlan): Record<string, string> {
  const files: Record<string, string> = {};
  for (const operation of operations) {
    const { notation, context, parameters, answer, exchange, outcome } = goldenOf(operation);
    const { subjectMember, notFound } = operation;
    const question = { messageId: goldenMessageId, context, ...parameters, [subjectMember]: notation };
    const body = { messageId: goldenMessageId, [subjectMember]: notation, ...answer };
    const put = (behaviour: string, answered: object, becomes: object) => {
      const folder = `tests/golden/${name}/${behaviour}`;
      files[`${folder}/request.json`] = json(exchange);
      files[`${folder}/question.json`] = json(question);
      files[`${folder}/answer.json`] = json(answered);
      files[`${folder}/outcome.json`] = json(becomes);
    };
    put(operation.name, { status: 200, mediaType: 'application/json', body }, outcome);
    if (notFound === undefined) continue;
    const status = refusals[notFound] ?? 404;
    const detail = 'Fjalët e regjistrit.';
    const problem = {
      messageId: goldenMessageId,
      type: 'about:blank',
      title: notFound,
      status,
      detail,
      code: notFound,
    };
    put(
      `${operation.name}-refused`,
      { status, mediaType: 'application/problem+json', body: problem },
      { kind: 'refused', code: notFound, message: detail },
    );
  }
  return files;
}
