const inText = /[&<>\r]/;
const inAttribute = /[&<"\t\n\r]/;
const allInText = /[&<>\r]/g;
const allInAttribute = /[&<"\t\n\r]/g;

const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function reference(character: string): string {
  return references[character] as string;
}

/** Character data as canonical XML writes it (Canonical XML 1.0 §2.3, text nodes). */
export function escapeText(text: string): string {
  return inText.test(text) ? text.replace(allInText, reference) : text;
}

/** An attribute value or namespace name between double quotes, as canonical XML writes it (§2.3). */
export function escapeAttribute(value: string): string {
  return inAttribute.test(value) ? value.replace(allInAttribute, reference) : value;
}
