/** An element without attributes, as name and content. */
export type Element = readonly [name: string, content: Content];
export type Content = string | readonly Element[];

/** For lists in which TypeScript would see nothing but arrays. */
export function element(name: string, content: Content): Element {
  return [name, content];
}

/** One element in canonical form, with everything below it in the same namespace. */
export function writeXml(name: string, namespace: string, content: Content): string {
  return `<${name} xmlns="${namespace}">${write(content)}</${name}>`;
}

function write(content: Content): string {
  if (typeof content === 'string') return escapeText(content);
  return content.map(([name, inner]) => `<${name}>${write(inner)}</${name}>`).join('');
}

/** Text as canonical XML writes it (C14N 1.0 §2.3). */
export function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
