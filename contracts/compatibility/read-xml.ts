import { ParseOption, XmlDocument, type XmlElement } from 'libxml2-wasm';

/** One element of a WSDL or XSD, without comments and text. */
export interface Element {
  /** Namespace of the element. */
  readonly namespace: string;
  /** Name without prefix. */
  readonly name: string;
  /** By name without prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
}

/** Reads one of our own files; no entity, DTD or network. */
export function readXml(bytes: Uint8Array): Element {
  const option = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET;
  const document = XmlDocument.fromBuffer(bytes, { option });
  try {
    return toElement(document.root);
  } finally {
    document.dispose();
  }
}

function toElement(node: XmlElement): Element {
  const children: Element[] = [];
  for (let child = node.firstChild; child !== null; child = child.next)
    if ('attrs' in child) children.push(toElement(child as XmlElement));
  return {
    namespace: node.namespaceUri,
    name: node.name,
    attributes: Object.fromEntries(node.attrs.map((attribute) => [attribute.name, attribute.content])),
    children,
  };
}
