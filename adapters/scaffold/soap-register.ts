import { camel, spoken } from './names.js';
import type { SoapPlan, SoapPlannedOperation } from './soap-plan.js';
import type { Shape } from './xsd-shapes.js';

/** `simulator/register.ts` of a SOAP adapter. */
export function soapRegister({ name, operations, faultCodes }: SoapPlan): string {
  const functions = operations.map((each) => answerFunction(each, name)).join('');
  const cases = operations.map(
    (each) => `      case '${each.soapOperation}':
        return ${camel(each.soapOperation)}(body, said(body, '${each.subjectElement}') ?? '', asOf);
`,
  );
  const others = operations.map(
    (each) => `      case '${each.soapOperation}': {
        const asked = said(body, '${each.subjectElement}');
        const [other = ''] = subjectsOf(population, '${each.scheme}').known.filter((each) => each !== asked);
        return ${camel(each.soapOperation)}(body, other, asOf);
      }
`,
  );
  return `import type { Population } from '../../civil/simulator/register.js';
import { subjectsOf } from '../../simulated-subjects.js';
import { childElements, type DomElement, textOf } from '../../soap/simulator/read-xml.js';
import {
  type SimulatedSoapRegistry,
  type SoapQuestion,
  type SoapReply,
  soapFault,
} from '../../soap/simulator/registry.js';
import { ${camel(name)}Definition, ${camel(name)}Namespace } from '../definition.js';

/** The simulated ${spoken(name)}: it knows everybody of the population, and says the same about all. */
export function ${camel(name)}Register(population: Population): SimulatedSoapRegistry {
${functions.replace(/^\n/, '')}
  function answer({ operation, body }: SoapQuestion, asOf: string): SoapReply {
    switch (operation) {
${cases.join('')}      default:
        return soapFault('BAD_REQUEST', 'The register has no such operation.');
    }
  }

  function answerToAnother({ operation, body }: SoapQuestion, asOf: string): SoapReply {
    switch (operation) {
${others.join('')}      default:
        return soapFault('BAD_REQUEST', 'The register has no such operation.');
    }
  }

  return {
    definition: ${camel(name)}Definition(),
    namespace: ${camel(name)}Namespace,
    faultCodes: ${JSON.stringify(faultCodes)},
    answer,
    answerToAnother,
  };
}

/** Text of an element of the question; undefined when it is absent. */
function said(body: DomElement, element: string): string | undefined {
  const found = childElements(body).find(({ localName }) => localName === element);
  return found === undefined ? undefined : textOf(found);
}
`;
}

function answerFunction(operation: SoapPlannedOperation, name: string): string {
  const { soapOperation, scheme, answerElement, answerShapes, subjectElement, question } = operation;
  const content = answerShapes.map((shape) => {
    if (shape.element === subjectElement) return `['${shape.element}', notation]`;
    const given = isGiven(shape, operation);
    if (!shape.required && given === undefined) return undefined;
    if (isMoment(shape)) return `['${shape.element}', asOf]`;
    const literal = `${JSON.stringify(contentOf(shape, given))}`;
    const repeated = question.some(({ element }) => element === shape.element);
    return repeated
      ? `['${shape.element}', said(body, '${shape.element}') ?? ${literal}]`
      : `['${shape.element}', ${literal}]`;
  });
  const { notFound } = operation;
  const judged =
    notFound === undefined
      ? ''
      : `    if (!subjectsOf(population, '${scheme}').known.includes(notation)) {
      return soapFault('${notFound}', 'The register of ${spoken(name)} knows nobody of this number.');
    }
`;
  const usesBody = content.some((each) => each?.includes('said(body'));
  const usesMoment = content.some((each) => each?.endsWith(', asOf]'));
  return `
  function ${camel(soapOperation)}(${usesBody ? 'body' : '_'}: DomElement, notation: string, ${usesMoment ? 'asOf' : '__'}: string): SoapReply {
${judged}    return {
      kind: 'answer',
      element: '${answerElement}',
      content: [${content.filter((each) => each !== undefined).join(', ')}],
    };
  }
`;
}

function isGiven({ key }: Shape, { answer }: SoapPlannedOperation): unknown {
  return answer.find((member) => member.key === key && member.required)?.example;
}

function isMoment({ content, key }: Shape): boolean {
  return content.kind === 'text' && content.schema.format === 'date-time' && /^(asOf|issuedAt)$/.test(key);
}

type Written = string | readonly (readonly [string, Written])[];

/** An example in canonical names, as the elements that say it. */
export function contentOf({ content }: Shape, example: unknown): Written {
  switch (content.kind) {
    case 'text':
      return String(example);
    case 'list':
      return (example as readonly unknown[]).map(
        (each) => [content.item.element, contentOf(content.item, each)] as const,
      );
    case 'object': {
      const told = example as Readonly<Record<string, unknown>>;
      return content.members
        .filter(({ key }) => told[key] !== undefined)
        .map((each) => [each.element, contentOf(each, told[each.key])] as const);
    }
  }
}
