import { typeOf } from './json-schema.js';
import { camel, pascal, spoken } from './names.js';
import type { RestPlan, RestPlannedOperation } from './rest-plan.js';

/** The sources of a REST adapter, by path. */
export function restSources(plan: RestPlan): Record<string, string> {
  const { name } = plan;
  return {
    [`adapters/${name}/index.ts`]: index(plan),
    [`adapters/${name}/definition.ts`]: definition(plan),
    [`adapters/${name}/mapping.ts`]: mapping(plan),
    [`adapters/${name}/messages.ts`]: messages(plan),
    [`adapters/${name}/simulator/register.ts`]: register(plan),
    [`adapters/${name}/simulator/kind.ts`]: simulatorKind(plan),
  };
}

function index({ name, operations }: RestPlan): string {
  const names = operations.map((each) => `\`${each.name}\``).join(', ');
  return `import { defineAdapter } from '../define-adapter.js';
import { ${camel(name)}Definition } from './definition.js';

/** The ${spoken(name)} over signed REST. Operations: ${names}. */
export const ${camel(name)} = defineAdapter({
  name: '${name}',
  protocol: 'rest',
  definition: ${camel(name)}Definition,
  simulator: async () => (await import('./simulator/kind.js')).${camel(name)}Simulator,
});
`;
}

function definition({ name, operations }: RestPlan): string {
  const imported = operations.flatMap((each) => [toQuestion(each), toEvidence(each)]).sort();
  const entries = operations.map((each) => {
    const repeated = each.repeated.length === 0 ? '' : `, ${JSON.stringify(each.repeated)}`;
    return `      {
        name: '${each.name}',
        operationId: '${each.operationId}',
        evidenceType: '${each.evidenceType}',
        // Promised by the document: a messageId is executed once.
        idempotentByMessageId: true,
        toQuestion: ${toQuestion(each)},
        toEvidence: ${toEvidence(each)},
        mismatch: (evidence, exchange) =>
          mismatchOf(evidence as ReturnType<typeof ${toEvidence(each)}>, exchange${repeated}),
      },
`;
  });
  return `import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';
import { mismatchOf } from '../mapping.js';
import type { RestDefinition } from '../rest/rest-definition.js';
import { ${imported.join(', ')} } from './mapping.js';

/** The ${spoken(name)}, as \`openapi/registries/${name}.yaml\` describes it. */
export function ${camel(name)}Definition(packageRoot: string = findPackageRoot()): RestDefinition {
  return {
    name: '${name}',
    openapiPath: join(packageRoot, 'openapi', 'registries', '${name}.yaml'),
    operations: [
${entries.join('')}    ],
  };
}
`;
}

function mapping({ name, operations }: RestPlan): string {
  const parts = operations.map((each) => {
    const { subjectMember, scheme, parameters } = each;
    const own = parameters.map(({ key }) => `'${key}'`).join(', ');
    const { operationId } = each;
    return `
/**
 * Body of the operation \`${operationId}\`.
 *
 * @throws {UnmappableRequest} when the subject is of another scheme than ${scheme}, or a parameter is unknown.
 */
export function ${toQuestion(each)}(exchange: Exchange): Readonly<Record<string, unknown>> {
  return { ...parametersOf(exchange, [${own}]), ${subjectMember}: notationOf(exchange, '${scheme}') };
}

/** Everything that the answer says, under its own names. */
export function ${toEvidence(each)}(content: unknown) {
  const { ${subjectMember}, messageId: _, ...told } = content as ${answerType(each)};
  return { subject: { scheme: '${scheme}' as const, notation: ${subjectMember} }, ...told };
}
`;
  });
  return `import type { Exchange } from '../adapter.js';
import { notationOf, parametersOf } from '../mapping.js';
import type { ${operations.map(answerType).sort().join(', ')} } from './messages.js';

/** Between canonical JSON and \`openapi/registries/${name}.yaml\`. */
${parts.join('')}`;
}

function messages({ name, operations }: RestPlan): string {
  const parts = operations.map((each) => {
    const { operationId, questionSchema, answerSchema } = each;
    return `
/** Question of \`${operationId}\`, less what all questions have. */
export interface ${questionType(each)} ${typeOf(questionSchema)}

/** Answer of \`${operationId}\`. */
export interface ${answerType(each)} ${typeOf({
      ...answerSchema,
      properties: { messageId: { type: 'string' }, ...answerSchema.properties },
      required: ['messageId', ...(answerSchema.required ?? [])],
    })}
`;
  });
  return `/** What \`openapi/registries/${name}.yaml\` says, as types; values were validated by it. */
${parts.join('')}`;
}

function register({ name, operations, refusals }: RestPlan): string {
  const branches = operations.map((each) => {
    const { operationId, subjectMember, repeated, scheme, notFound } = each;
    const judged =
      notFound === undefined
        ? ''
        : `    const { known } = subjectsOf(population, '${scheme}');
    if (!known.includes(asked.${subjectMember})) return refusal('${notFound}', 'The register knows nobody of this number.');
`;
    const type = answerType(each);
    const echo = repeated
      .map((key) => `...(asked.${key} === undefined ? {} : { ${key}: asked.${key} }), `)
      .join('');
    return `
  function ${camel(operationId)}(asked: ${questionType(each)}, asOf: string): Reply {
${judged}    const content: Omit<${type}, 'messageId'> = {
      ...${camel(operationId)}Sample, ${echo}${subjectMember}: asked.${subjectMember},${momentOf(each)}
    };
    return { kind: 'answer', content };
  }
`;
  });
  const samples = operations.map((each) => {
    const { operationId, answer, subjectMember } = each;
    const said = answer.filter(({ key }) => key !== momentMember(each));
    const value = Object.fromEntries(said.map(({ key, example }) => [key, example]));
    const moment = momentMember(each);
    const left = ['messageId', subjectMember, ...(moment === undefined ? [] : [moment])];
    return `
/** What the register says about everybody; put what it should say into its place. */
const ${camel(operationId)}Sample: Omit<${answerType(each)}, ${left.map((key) => `'${key}'`).join(' | ')}> = ${JSON.stringify(value)};
`;
  });
  const cases = operations.map(
    (each) => `      case '${each.operationId}':
        return ${camel(each.operationId)}(${as(each, 'body')}, asOf);
`,
  );
  const others = operations.map(
    (each) => `      case '${each.operationId}': {
        const asked = ${as(each, 'body')};
        const [other = ''] = subjectsOf(population, '${each.scheme}').known.filter((each) => each !== asked.${each.subjectMember});
        return ${camel(each.operationId)}({ ...asked, ${each.subjectMember}: other }, asOf);
      }
`,
  );
  const types = operations.flatMap((each) => [questionType(each), answerType(each)]).sort();
  return `import type { Population } from '../../civil/simulator/register.js';
import { refusal } from '../../rest/simulator/execute.js';
import type { Question, Reply, SimulatedRegistry } from '../../rest/simulator/registry.js';
import { subjectsOf } from '../../simulated-subjects.js';
import { ${camel(name)}Definition } from '../definition.js';
import type { ${types.join(', ')} } from '../messages.js';
${samples.join('')}
/** The simulated ${spoken(name)}: it knows everybody of the population, and says the same about all. */
export function ${camel(name)}Register(population: Population): SimulatedRegistry {
${branches.join('').replace(/^\n/, '')}
  function answer({ operationId, body }: Question, asOf: string): Reply {
    switch (operationId) {
${cases.join('')}      default:
        return refusal('BAD_REQUEST', 'The register has no such operation.');
    }
  }

  function answerToAnother({ operationId, body }: Question, asOf: string): Reply {
    switch (operationId) {
${others.join('')}      default:
        return refusal('BAD_REQUEST', 'The register has no such operation.');
    }
  }

  return {
    name: '${name}',
    openapiPath: ${camel(name)}Definition().openapiPath,
    refusals: ${JSON.stringify(refusals)},
    answer,
    answerToAnother,
  };
}
`;
}

function simulatorKind({ name, operations, port }: RestPlan): string {
  const samples = operations.map((each) => {
    const required = each.parameters.filter((member) => member.required);
    const parameters = Object.fromEntries(required.map(({ key, example }) => [key, example]));
    return `    ...samplesOf(population, '${each.name}', '${each.scheme}', ${JSON.stringify(parameters)}${each.notFound === undefined ? ', false' : ''}),
`;
  });
  return `import { restSimulatorKind } from '../../rest/simulator/kind.js';
import { samplesOf } from '../../simulated-subjects.js';
import { ${camel(name)}Register } from './register.js';

/** The simulated ${spoken(name)}: \`http-sig\` both ways, the people of the civil register. */
export const ${camel(name)}Simulator = restSimulatorKind({
  defaultPort: ${port},
  profile: { profile: 'http-sig' },
  registry: ${camel(name)}Register,
  samples: (population) => [
${samples.join('')}  ],
});
`;
}

/** The member that says when the register answered; the simulator's own moment takes its place. */
function momentMember({ answer }: RestPlannedOperation): string | undefined {
  return answer.find(({ key, schema }) => schema.format === 'date-time' && /^(issuedAt|asOf)$/.test(key))
    ?.key;
}

function momentOf(operation: RestPlannedOperation): string {
  const member = momentMember(operation);
  return member === undefined ? '' : ` ${member}: asOf,`;
}

function as(operation: RestPlannedOperation, expression: string): string {
  return `${expression} as unknown as ${questionType(operation)}`;
}

const questionType = ({ operationId }: RestPlannedOperation) => `${pascal(operationId)}Question`;
const answerType = ({ operationId }: RestPlannedOperation) => `${pascal(operationId)}Answer`;
const toQuestion = ({ operationId }: RestPlannedOperation) => `to${pascal(operationId)}Question`;
const toEvidence = ({ operationId }: RestPlannedOperation) => `to${pascal(operationId)}Evidence`;
