import { soapUri } from '../soap/simulator/wire-names.js';
import { escapeText, writeXml } from '../soap/simulator/write-xml.js';
import { json } from './contract-files.js';
import { type Golden, goldenOf } from './golden.js';
import type { SoapPlan, SoapPlannedOperation } from './soap-plan.js';
import { contentOf } from './soap-register.js';

type Content = Parameters<typeof writeXml>[2];

/** Golden folders of a SOAP adapter, by path: an answer for each operation, and a refusal. */
export function soapGolden(plan: SoapPlan): Record<string, string> {
  const { name, namespace, operations, soapVersion } = plan;
  const files: Record<string, string> = {};
  for (const operation of operations) {
    const golden = goldenOf(operation);
    const request = writeXml(operation.soapOperation, namespace, questionOf(operation, golden));
    const put = (behaviour: string, content: string, becomes: object) => {
      const folder = `tests/golden/${name}/${behaviour}`;
      files[`${folder}/request.json`] = json(golden.exchange);
      files[`${folder}/request.xml`] = `${request}\n`;
      files[`${folder}/response.xml`] = `<S:Body xmlns:S="${soapUri[soapVersion]}">${content}</S:Body>\n`;
      files[`${folder}/outcome.json`] = json(becomes);
    };
    put(
      operation.name,
      writeXml(operation.answerElement, namespace, answerOf(operation, golden)),
      golden.outcome,
    );
    const { notFound } = operation;
    if (notFound === undefined) continue;
    const message = 'Fjalët e regjistrit.';
    put(`${operation.name}-refused`, faultOf(plan, notFound, message), {
      kind: 'refused',
      code: notFound,
      message,
    });
  }
  return files;
}

function questionOf({ question, subjectElement }: SoapPlannedOperation, golden: Golden): Content {
  const { purpose, legalBasis, caseId, requester } = golden.context;
  const context: Content = [
    ['Purpose', purpose],
    ['LegalBasis', legalBasis],
    ['CaseId', caseId],
    [
      'Requester',
      [
        ['Organisation', requester.organisation],
        ['Officer', requester.officer],
        ['Unit', requester.unit],
      ],
    ],
  ];
  return question.flatMap(({ element, key }): [string, Content][] => {
    if (element === 'Context') return [[element, context]];
    if (element === subjectElement) return [[element, golden.notation]];
    const given = golden.parameters[key];
    return given === undefined ? [] : [[element, String(given)]];
  });
}

function answerOf(
  { answerShapes, subjectElement }: SoapPlannedOperation,
  { notation, answer }: Golden,
): Content {
  return answerShapes.flatMap((shape): [string, Content][] => {
    if (shape.element === subjectElement) return [[shape.element, notation]];
    const told = answer[shape.key];
    return told === undefined ? [] : [[shape.element, contentOf(shape, told)]];
  });
}

function faultOf({ soapVersion, namespace }: SoapPlan, notFound: string, message: string): string {
  const detail = writeXml('RegistryFault', namespace, [
    ['Code', notFound],
    ['Message', message],
  ]);
  const words = escapeText(message);
  return soapVersion === '1.1'
    ? `<S:Fault><faultcode>S:Client</faultcode><faultstring>${words}</faultstring><detail>${detail}</detail></S:Fault>`
    : `<S:Fault><S:Code><S:Value>S:Sender</S:Value></S:Code><S:Reason><S:Text xml:lang="en">${words}</S:Text></S:Reason><S:Detail>${detail}</S:Detail></S:Fault>`;
}
