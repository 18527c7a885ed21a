import { SignatureRefused } from '../refusals.js';
import { decodeBase64 } from './base64.js';
import { wsuNamespace } from './names.js';
import { isEmpty, type XmlElement } from './tree.js';

/**
 * A SignatureConfirmation repeats the SignatureValue of the request, so that an answer belongs to the signature
 * that was sent and not only to its message id. Its own digest was checked before.
 *
 * @param confirms base64 in one line.
 * @throws {SignatureRefused} `structure-confirmation` or `confirmation-other`.
 * @see WS-Security 1.1 §8.5
 */
export function checkConfirmation(element: XmlElement, confirms: string): void {
  let value: string | undefined;
  for (const { local, namespace, value: text } of element.attributes) {
    if (namespace === '' && local === 'Value') value = text;
    else if (namespace !== wsuNamespace || local !== 'Id') {
      throw new SignatureRefused('structure-confirmation', 'attribute');
    }
  }
  const confirmed = value === undefined ? undefined : decodeBase64(value);
  if (confirmed === undefined || !isEmpty(element)) {
    throw new SignatureRefused('structure-confirmation');
  }
  if (confirmed.toString('base64') !== confirms) throw new SignatureRefused('confirmation-other');
}
