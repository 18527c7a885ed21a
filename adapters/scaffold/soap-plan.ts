import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { SoapVersion } from '../../src/signing/xml/names.js';
import { type DomElement, parseXml } from '../soap/simulator/read-xml.js';
import { openSoapEncoding } from '../soap/soap-encoding.js';
import { compileXsd } from '../soap/xsd-validation.js';
import { exampleOf } from './json-schema.js';
import { kebab } from './names.js';
import { ContractUnusable, findSubject, type Member, type Plan, type PlannedOperation } from './plan.js';
import { type ElementShapes, elementsOf, readShapes, type Shape, schemaOf } from './xsd-shapes.js';

/** What a SOAP adapter is generated from. */
export interface SoapPlan extends Plan {
  readonly operations: readonly SoapPlannedOperation[];
  readonly soapVersion: SoapVersion;
  readonly namespace: string;
  readonly faultAction: string;
  readonly faultCodes: readonly string[];
}

export interface SoapPlannedOperation extends PlannedOperation {
  /** Name in the WSDL and of the request element. */
  readonly soapOperation: string;
  readonly soapAction: string;
  readonly replyAction: string;
  readonly answerElement: string;
  readonly subjectElement: string;
  /** In the order of the schema; `Context` and the subject among them. */
  readonly question: readonly Shape[];
  readonly answerShapes: readonly Shape[];
}

/**
 * Reads a WSDL and the one schema file that it imports, under the names that they get in `contracts/registries/`.
 *
 * @throws {ContractUnusable} when the schema does not lie in a file of its own beside the WSDL.
 */
export async function soapContractFiles(name: string, from: string): Promise<Record<string, string>> {
  const wsdl = await readFile(from, 'utf8');
  const locations = [...wsdl.matchAll(/schemaLocation="([^"]*)"/g)].map(([, location = '']) => location);
  const [location, ...others] = locations;
  if (location === undefined || others.length > 0 || basename(location) !== location) {
    throw new ContractUnusable(
      'The WSDL must import exactly one schema, from a file beside it: put the schema into a file of its own.',
    );
  }
  const xsd = await readFile(join(dirname(from), location), 'utf8');
  return {
    [`${name}.wsdl`]: wsdl.replace(`schemaLocation="${location}"`, `schemaLocation="${name}.xsd"`),
    [`${name}.xsd`]: xsd,
  };
}

/**
 * @param folder that holds `<name>.wsdl` and `<name>.xsd`.
 * @throws {ContractUnusable} saying what the contract would need.
 */
export async function planSoap(name: string, folder: string, port: number): Promise<SoapPlan> {
  const [wsdlPath, xsdPath] = [join(folder, `${name}.wsdl`), join(folder, `${name}.xsd`)];
  try {
    // As the adapter will read them.
    compileXsd(xsdPath).dispose();
    await openSoapEncoding(wsdlPath);
  } catch (error) {
    throw new ContractUnusable(`The contract cannot be used: ${(error as Error).message}.`);
  }
  const shapes = readShapes(parseXml(readFileSync(xsdPath, 'utf8')));
  const wsdl = readWsdl(parseXml(readFileSync(wsdlPath, 'utf8')), shapes.namespace);
  const faultCodes = faultCodesOf(shapes);
  const notFound = faultCodes.find((code) => /NOT_FOUND/.test(code));
  const operations: SoapPlannedOperation[] = [];
  const leftOut: { operation: string; why: string }[] = [];
  for (const one of wsdl.operations) {
    try {
      operations.push({ ...planOperation(name, one, shapes), ...(notFound && { notFound }) });
    } catch (error) {
      if (!(error instanceof ContractUnusable)) throw error;
      leftOut.push({ operation: one.name, why: error.message });
    }
  }
  if (operations.length === 0) {
    const reasons = leftOut.map(({ operation, why }) => `${operation}: ${why}`).join(' ');
    throw new ContractUnusable(`No operation of the WSDL can be made one of the adapter. ${reasons}`);
  }
  const { soapVersion, faultAction } = wsdl;
  return {
    name,
    port,
    operations,
    leftOut,
    soapVersion,
    namespace: shapes.namespace,
    faultAction,
    faultCodes,
  };
}

interface WsdlOperation {
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  readonly soapAction: string;
  readonly replyAction: string;
}

const soapBindings: Readonly<Record<string, SoapVersion>> = {
  'http://schemas.xmlsoap.org/wsdl/soap/': '1.1',
  'http://schemas.xmlsoap.org/wsdl/soap12/': '1.2',
};

/** Actions are those of WS-Addressing metadata, else name by name below the namespace. */
function readWsdl(root: DomElement, namespace: string) {
  const all = (parent: DomElement, name: string) =>
    elementsOf(parent).filter(({ localName }) => localName === name);
  const only = (parent: DomElement, name: string): DomElement => {
    const [found, ...others] = all(parent, name);
    if (found === undefined || others.length > 0) throw new ContractUnusable(`The WSDL needs one ${name}.`);
    return found;
  };
  const elements = new Map(
    all(root, 'message').map((message) => {
      const element = only(message, 'part').getAttribute('element') ?? '';
      return [message.getAttribute('name') ?? '', element.split(':').at(-1) ?? ''];
    }),
  );
  const elementOf = (side: DomElement) =>
    elements.get(side.getAttribute('message')?.split(':').at(-1) ?? '') ?? '';
  const actionOf = (side: DomElement) =>
    side.getAttributeNS('http://www.w3.org/2007/05/addressing/metadata', 'Action') ??
    side.getAttributeNS('http://www.w3.org/2006/05/addressing/wsdl', 'Action');
  let faultAction = `${namespace}/Fault`;
  const operations: WsdlOperation[] = [];
  for (const operation of all(root, 'portType').flatMap((port) => all(port, 'operation'))) {
    const name = operation.getAttribute('name') ?? '';
    const [input, output] = [only(operation, 'input'), only(operation, 'output')];
    const [fault] = all(operation, 'fault');
    faultAction = (fault && actionOf(fault)) || faultAction;
    operations.push({
      name,
      request: elementOf(input),
      answer: elementOf(output),
      soapAction: actionOf(input) || `${namespace}/${name}`,
      replyAction: actionOf(output) || `${namespace}/${name}Response`,
    });
  }
  const [soapVersion] = all(root, 'binding')
    .flatMap((binding) => all(binding, 'binding'))
    .map(({ namespaceURI }) => soapBindings[namespaceURI ?? '']);
  if (soapVersion === undefined) throw new ContractUnusable('The WSDL has no binding to SOAP 1.1 or 1.2.');
  return { operations, faultAction, soapVersion };
}

function planOperation(adapter: string, one: WsdlOperation, shapes: ElementShapes): SoapPlannedOperation {
  if (one.request !== one.name) throw new ContractUnusable('Its request element has another name.');
  const question = shapes.shapeOf(one.request);
  const answerShapes = shapes.shapeOf(one.answer);
  const own = question.filter(({ element }) => element !== 'Context');
  const odd = own.find(({ content }) => content.kind !== 'text');
  if (odd !== undefined) throw new ContractUnusable(`${odd.element} of its question is no text.`);
  const byElement = (all: readonly Shape[]) =>
    Object.fromEntries(all.map((each) => [each.element, schemaOf(each)]));
  const subject = findSubject(byElement(own), byElement(answerShapes));
  if (subject === undefined) {
    throw new ContractUnusable(
      'Its question has no element that names the subject and that its answer repeats, such as Nid.',
    );
  }
  const { member: subjectElement, scheme } = subject;
  const memberOf = (shape: Shape): Member => {
    const schema = schemaOf(shape);
    const example = exampleOf(schema);
    if (shape.required && example === undefined) {
      throw new ContractUnusable(`No text could be made that ${shape.element} accepts.`);
    }
    return { key: shape.key, required: shape.required, schema, example };
  };
  const others = (all: readonly Shape[]) => all.filter(({ element }) => element !== subjectElement);
  const parameters = others(own).map(memberOf);
  const answer = others(answerShapes).map(memberOf);
  const operation = kebab(one.name).replace(/^get-/, '');
  const { name: soapOperation, soapAction, replyAction, answer: answerElement } = one;
  return {
    name: operation,
    evidenceType: `${adapter}-${operation}`,
    scheme,
    parameters,
    repeated: parameters.map(({ key }) => key).filter((key) => answer.some((each) => each.key === key)),
    answer,
    ...{ soapOperation, soapAction, replyAction, answerElement },
    ...{ subjectElement, question, answerShapes },
  };
}

function faultCodesOf(shapes: ElementShapes): string[] {
  const fault = shapes.has('RegistryFault') ? shapes.shapeOf('RegistryFault') : [];
  const code = fault.find(({ element }) => element === 'Code');
  const codes = code?.content.kind === 'text' ? (code.content.schema.enum ?? []) : [];
  const known = codes.filter((each) => typeof each === 'string');
  if (!['BUSY', 'BAD_REQUEST'].every((each) => known.includes(each))) {
    throw new ContractUnusable(
      'The schema needs an element RegistryFault with Code and Message; BUSY and BAD_REQUEST are among its codes.',
    );
  }
  return known;
}
