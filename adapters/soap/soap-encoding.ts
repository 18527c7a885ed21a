import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { WSDL } from 'soap';

/** What a SOAP body is made of on this side: texts and numbers at the leaves, XML never. */
export type SoapValue = string | number | boolean | readonly SoapValue[] | SoapObject;

/** Child elements by local name; a repeated element is an array. */
export interface SoapObject {
  readonly [element: string]: SoapValue | undefined;
}

/** Between JavaScript objects and the bodies of one registry, as its WSDL says (document/literal). */
export interface SoapEncoding {
  readonly operations: ReadonlyMap<string, EncodedOperation>;
  /**
   * @returns the only child of the request's Body, with its own namespace declarations.
   * @throws {Error} when the WSDL has no such operation, or a key would be taken for markup.
   */
  encode(operation: string, args: SoapObject): string;
  /** The same for the answer's Body; of operations that the registry asks and we answer. */
  encodeAnswer(operation: string, args: SoapObject): string;
  /**
   * Reads a message that was verified, found free of references and validated by the schema: node-soap itself
   * checks nothing of that.
   *
   * @param envelope an envelope around the verified Body and nothing else.
   * @returns the content of the Body's only child. Dates stay texts; an element without content is null.
   */
  decode(envelope: string): Decoded;
}

/** Global elements of an operation's messages; all of them stand in `namespace`. */
export interface EncodedOperation {
  readonly namespace: string;
  readonly requestElement: string;
  readonly answerElement: string;
  readonly soapAction: string;
}

/** One of the two things that a Body can hold. */
export type Decoded =
  | { readonly kind: 'answer'; readonly element: string; readonly content: unknown }
  | { readonly kind: 'fault'; readonly detail: unknown };

/**
 * Opens a WSDL of this package. It may import files that lie beside it and nothing else: node-soap would fetch
 * any URL and open any path.
 *
 * @throws {Error} when the file, or one that it imports, cannot be read or lies elsewhere.
 */
export async function openSoapEncoding(wsdlPath: string): Promise<SoapEncoding> {
  const wsdl = new WSDL(readFileSync(wsdlPath, 'utf8'), wsdlPath, {
    customDeserializer: { date: asText, dateTime: asText },
    wsdl_options: { overrideImportLocation: besideOf(wsdlPath) },
  });
  await new Promise<void>((done, fail) => wsdl.onReady((error) => (error ? fail(error) : done())));
  // node-soap's Client would set these two. A key that no element can have keeps attributes apart.
  Object.assign(wsdl.options, { attributesKey: '$attributes', preserveWhitespace: true });
  const inputs = inputsOf(wsdl);
  const inputNamed = (name: string): Input => {
    const input = inputs.get(name);
    if (input === undefined) throw new Error(`the WSDL has no operation ${name}`);
    return input;
  };
  const operations = new Map([...inputs].map(([name, { operation }]) => [name, operation]));

  return {
    operations,
    encode(name, args) {
      const { operation, alias, lookupType } = inputNamed(name);
      refuseMarkupKeys(args);
      return wsdl.objectToDocumentXML(operation.requestElement, args, alias, operation.namespace, lookupType);
    },
    encodeAnswer(name, args) {
      const { operation, alias, answerLookupType } = inputNamed(name);
      refuseMarkupKeys(args);
      const { answerElement, namespace } = operation;
      return wsdl.objectToDocumentXML(answerElement, args, alias, namespace, answerLookupType);
    },
    decode: (envelope) => decode(wsdl, envelope),
  };
}

// A civil date has no time zone: a Date object would move it by one.
function asText(text: string): string {
  return text;
}

function besideOf(wsdlPath: string) {
  const folder = dirname(resolve(wsdlPath));
  return (_: string, __: string, location: string): string => {
    if (basename(location) !== location || location === '..') {
      throw new Error(`the WSDL imports ${location}, which does not lie beside it`);
    }
    return resolve(folder, location);
  };
}

interface Input {
  readonly operation: EncodedOperation;
  readonly alias: string;
  readonly lookupType: string;
  readonly answerLookupType: string;
}

function inputsOf(wsdl: WSDL): ReadonlyMap<string, Input> {
  const inputs = new Map<string, Input>();
  for (const binding of Object.values(wsdl.definitions.bindings)) {
    for (const [name, { input, output, soapAction }] of Object.entries(binding.methods)) {
      const { $name: requestElement, targetNamespace: namespace, targetNSAlias: alias } = input;
      const answerElement = output.$name;
      if (!requestElement || !answerElement || !namespace || !alias) {
        throw new Error(`operation ${name} is not document/literal with one element each way`);
      }
      inputs.set(name, {
        operation: { namespace, requestElement, answerElement, soapAction },
        alias,
        lookupType: input.$type || input.$lookupType,
        answerLookupType: `${alias}:${answerElement}`,
      });
    }
  }
  return inputs;
}

/** `_xml`, `$xml`, `$value` and `$attributes` would be written unescaped, a prefixed key as foreign markup. */
function refuseMarkupKeys(value: SoapValue | undefined): void {
  if (typeof value !== 'object') return;
  for (const [key, child] of Object.entries(value)) {
    if (!/^[A-Za-z0-9]+$/.test(key))
      throw new Error('an element name holds something else than letters and digits');
    refuseMarkupKeys(child);
  }
}

function decode(wsdl: WSDL, envelope: string): Decoded {
  let decoded: unknown;
  try {
    decoded = wsdl.xmlToObject(envelope);
  } catch (error) {
    // A Fault is thrown; its message quotes the whole detail, so only the tree beside it is used.
    const fault = at((error as { root?: unknown }).root, 'Envelope', 'Body', 'Fault');
    if (fault === undefined) throw new Error('node-soap cannot read the body');
    return { kind: 'fault', detail: at(fault, 'detail') ?? at(fault, 'Detail') };
  }
  const body = at(decoded, 'Body');
  // The Body's own attributes (its wsu:Id) are not an element.
  const elements = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const [only, ...others] = elements.filter((name) => name !== '$attributes');
  if (only === undefined || others.length > 0) throw new Error('the body does not hold exactly one element');
  return { kind: 'answer', element: only, content: at(body, only) };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
