/**
 * One line of a signature base: the component identifier as it stands in Signature-Input, with its parameters
 * (`"@method"`, `"signature";req;key="ura"`), and its value.
 */
export type Component = readonly [identifier: string, value: string];

/**
 * The bytes that are signed (RFC 9421 §2.5): one line a component, then `@signature-params`, without a final
 * line feed.
 *
 * @param parameters inner list with its parameters, exactly as behind `label=` in Signature-Input.
 */
export function signatureBase(components: readonly Component[], parameters: string): Buffer {
  let base = '';
  for (const [identifier, value] of components) base += `${identifier}: ${value}\n`;
  return Buffer.from(`${base}"@signature-params": ${parameters}`, 'latin1');
}
