import { pascal } from './names.js';
import { toEvidence, toRequest } from './soap-files.js';
import type { SoapPlan, SoapPlannedOperation } from './soap-plan.js';
import type { Shape } from './xsd-shapes.js';

/** `mapping.ts` of a SOAP adapter: every element of the contract under its own name, and nothing else. */
export function soapMapping({ name, operations }: SoapPlan): string {
  const parts = operations.map((each) => `${requestFunction(each)}${evidenceFunctions(each)}`).join('');
  const readers = ['child', 'list', 'optionalChild', 'optionalText', 'text'].filter((reader) =>
    new RegExp(`\\b${reader}\\(`).test(parts),
  );
  const helpers = ['notationOf', 'parametersOf', 'soapContextOf', 'textParameter'].filter((helper) =>
    new RegExp(`\\b${helper}\\(`).test(parts),
  );
  return `import type { Exchange } from '../adapter.js';
import { ${helpers.join(', ')} } from '../mapping.js';
import { ${readers.join(', ')} } from '../soap/decoded-content.js';
import type { SoapObject } from '../soap/soap-encoding.js';

/** Between canonical JSON and \`contracts/registries/${name}/${name}.xsd\`. Names on the left are the registry's. */
${parts}`;
}

function requestFunction(operation: SoapPlannedOperation): string {
  const { soapOperation, question, subjectElement, scheme, parameters } = operation;
  const entries = question.map(({ element, key, required }) => {
    if (element === 'Context') return '    Context: soapContextOf(exchange),\n';
    if (element === subjectElement) return `    ${element}: notationOf(exchange, '${scheme}'),\n`;
    return required
      ? `    ${element}: ${key} ?? '',\n`
      : `    ...(${key} === undefined ? {} : { ${element}: ${key} }),\n`;
  });
  const names = parameters.map(({ key }) => `'${key}'`).join(', ');
  const read = parameters.map(({ key }) => `  const ${key} = textParameter(exchange, '${key}');\n`);
  return `
/**
 * Content of ${soapOperation}. What its schema does not allow is found by it, before anything is sent.
 *
 * @throws {UnmappableRequest} when the subject is of another scheme than ${scheme}, or a parameter is unknown or no text.
 */
export function ${toRequest(operation)}(exchange: Exchange): SoapObject {
  parametersOf(exchange, [${names}]);
${read.join('')}  return {
${entries.join('')}  };
}
`;
}

function evidenceFunctions(operation: SoapPlannedOperation): string {
  const { answerShapes, subjectElement, scheme, soapOperation } = operation;
  const functions: string[] = [];
  const body = members(
    answerShapes.filter(({ element }) => element !== subjectElement),
    `to${pascal(soapOperation)}`,
    functions,
  );
  return `
/** Everything that ${operation.answerElement} says. */
export function ${toEvidence(operation)}(content: unknown) {
  return {
    subject: { scheme: '${scheme}' as const, notation: text(content, '${subjectElement}') },
${body}  };
}
${functions.join('')}`;
}

/** Lines of an object literal; parts that are objects themselves get functions of their own. */
function members(shapes: readonly Shape[], prefix: string, functions: string[]): string {
  return shapes.map((shape) => `    ${member(shape, prefix, functions)},\n`).join('');
}

function member({ element, key, required, content }: Shape, prefix: string, functions: string[]): string {
  if (content.kind === 'text') {
    return required
      ? `${key}: text(content, '${element}')`
      : `...optionalText(content, '${element}', '${key}')`;
  }
  const inner = content.kind === 'list' ? content.item : { element, content };
  const reader = `${prefix}${inner.element}`;
  const shapes = inner.content.kind === 'object' ? inner.content.members : [];
  functions.push(`
function ${reader}(content: unknown) {
  return {
${members(shapes, reader, functions)}  };
}
`);
  const value =
    content.kind === 'list'
      ? `list(content, '${element}', '${content.item.element}').map(${reader})`
      : `${reader}(child(content, '${element}'))`;
  if (required) return `${key}: ${value}`;
  return `...(optionalChild(content, '${element}') === undefined ? {} : { ${key}: ${value} })`;
}
