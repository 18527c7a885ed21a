import { readFileSync } from 'node:fs';
import { ParseOption, XmlDocument, XmlError, XmlLibError, XsdValidator } from 'libxml2-wasm';

/** A compiled XML Schema. Dispose it, or its memory outside of the JavaScript heap is never given back. */
export interface XsdValidation {
  /**
   * Validates one element as the root of a document.
   *
   * @param xml well-formed, UTF-8, every prefix declared inside.
   * @returns what is wrong and where, as `<path>: <rule>`; never a value out of the message, because these
   *   lines go to logs. Empty when nothing is wrong.
   */
  validate(xml: string): string[];
  dispose(): void;
}

/**
 * Compiles a schema file once. Its imports and includes are not followed: no loader is registered, so a schema
 * that needs another file or URL does not compile.
 *
 * @throws {Error} when the file cannot be read or is not a schema.
 */
export function compileXsd(path: string): XsdValidation {
  const document = XmlDocument.fromBuffer(readFileSync(path), { option: parseOption });
  try {
    const validator = XsdValidator.fromDoc(document);
    return {
      validate: (xml) => validate(validator, xml),
      dispose: () => validator.dispose(),
    };
  } finally {
    document.dispose();
  }
}

// No external entity or DTD, whatever the text says; the bodies are free of both already.
const parseOption = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET;

/** libxml2 goes on after the first error; this many are enough to find the reason. */
const maxErrors = 5;

function validate(validator: XsdValidator, xml: string): string[] {
  let document: XmlDocument | undefined;
  try {
    document = XmlDocument.fromString(xml, { option: parseOption });
    validator.validate(document);
    return [];
  } catch (error) {
    // Documents that libxml2 will not even try to validate, such as those with an unresolved entity.
    if (!(error instanceof XmlLibError)) {
      if (error instanceof XmlError) return ['/: invalid'];
      throw error;
    }
    const errors = error.details.slice(0, maxErrors).map(({ message, xpath }) => describe(message, xpath));
    // An error without details is still an error.
    return errors.length === 0 ? ['/: not-well-formed'] : errors;
  } finally {
    document?.dispose();
  }
}

/**
 * Keeps the place and the broken rule of a libxml2 message and drops the rest, which quotes values:
 * `Element '{urn:x}Nid': [facet 'pattern'] The value 'J00101999W' is not accepted by …`.
 */
function describe(message: string, xpath: string | undefined): string {
  const element = /^Element '(?:\{[^}]*\})?([^']+)'/.exec(message)?.[1];
  // Without a prefix the path only counts (`/*/*[2]`); the name says more, and is bound by the schema's own.
  const place = element === undefined ? (xpath ?? '/') : (xpath ?? '/').replace(/[^/]*$/, element);
  const facet = /^Element '[^']*'(?:, attribute '[^']*')?: \[facet '(\w+)'\]/.exec(message)?.[1];
  if (facet !== undefined) return `${place}: ${facet}`;
  for (const [rule, sentence] of rules) if (message.includes(sentence)) return `${place}: ${rule}`;
  return `${place}: invalid`;
}

/** The sentences of libxml2's xmlschemas.c that carry no value, or carry it after the part compared here. */
const rules: readonly (readonly [string, string])[] = [
  ['unexpected-element', 'This element is not expected'],
  ['missing-element', 'Missing child element(s)'],
  ['unknown-element', 'No matching global declaration'],
  ['unexpected-attribute', "' is not allowed."],
  ['missing-attribute', 'is required but missing'],
  ['unexpected-text', 'Character content'],
  ['unexpected-text', 'Element content is not allowed'],
  ['not-nillable', "The element is not 'nillable'"],
  ['wrong-type', 'specified by xsi:type'],
  ['wrong-type', 'is not a valid value of'],
];
