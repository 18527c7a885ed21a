import type { RefusalCode } from '../../../src/signing/refusals.js';
import { question, type SoapVector, swap } from './soap-world.js';

const row = 'SignatureConfirmation';
const profile = 'wss-signature-confirmation';
const element = /<wsse11:SignatureConfirmation .*?<\/wsse11:SignatureConfirmation>/;
const reference = /<ds:Reference URI="#ura-confirmation">.*?<\/ds:Reference>/;
const value = / Value="[^"]*"/;

/** A change on the way, after the answer was signed. */
const onTheWay = (name: string, code: RefusalCode, change: (text: string) => string): SoapVector => ({
  row,
  name,
  code,
  attack: async (world) => {
    const { asked, answered } = await world.exchange(profile);
    return world.accept({ profile }, change(answered), asked);
  },
});

/** A change by the registry itself, which signs everything again. */
const byRegistry = (name: string, code: RefusalCode, change: (text: string) => string): SoapVector => ({
  row,
  name,
  code,
  attack: async (world) => {
    const { asked, answered } = await world.exchange(profile);
    return world.accept({ profile }, world.asRegistryKey(change(answered)), asked);
  },
});

export const confirmationVectors: readonly SoapVector[] = [
  byRegistry('absent', 'confirmation-absent', (text) => swap(swap(text, element, ''), reference, '')),
  onTheWay('cut out', 'confirmation-absent', (text) => swap(text, element, '')),
  byRegistry('unsigned', 'coverage-confirmation', (text) => swap(text, reference, '')),
  onTheWay('Value changed on the way', 'digest-value', (text) => swap(text, value, ' Value="AAAA"')),
  byRegistry('Value of another request', 'confirmation-other', (text) => swap(text, value, ' Value="AAAA"')),
  byRegistry('Value absent', 'structure-confirmation', (text) => swap(text, value, '')),
  byRegistry('Value empty', 'structure-confirmation', (text) => swap(text, value, ' Value=""')),
  byRegistry('Value that is no base64', 'structure-confirmation', (text) => swap(text, value, ' Value="?!"')),
  byRegistry('Value in another namespace', 'structure-confirmation', (text) =>
    swap(text, / Value="([^"]*)"/, ` xmlns:x="urn:x" x:Value="${/ Value="([^"]*)"/.exec(text)?.[1]}"`),
  ),
  byRegistry('one more attribute', 'structure-confirmation', (text) =>
    swap(text, ' Value=', ' Other="" Value='),
  ),
  byRegistry('one more attribute of the utility namespace', 'structure-confirmation', (text) =>
    swap(
      text,
      / Value="[^"]*" wsu:Id="ura-confirmation"/,
      `${/ Value="[^"]*" wsu:Id="ura-confirmation"/.exec(text)?.[0]} wsu:Other=""`,
    ),
  ),
  byRegistry('an Id of another namespace', 'structure-confirmation', (text) =>
    swap(
      text,
      / Value="[^"]*" wsu:Id="ura-confirmation"/,
      `${/ Value="[^"]*" wsu:Id="ura-confirmation"/.exec(text)?.[0]} xmlns:x="urn:x" x:Id="y"`,
    ),
  ),
  byRegistry('text inside', 'structure-confirmation', (text) =>
    swap(text, '</wsse11:SignatureConfirmation>', 'x</wsse11:SignatureConfirmation>'),
  ),
  byRegistry('twice', 'structure-security-content', (text) =>
    swap(text, element, `${element.exec(text)?.[0]}${element.exec(text)?.[0].replace('ura-', 'other-')}`),
  ),
  byRegistry('outside of Security', 'structure-header', (text) =>
    swap(swap(text, element, ''), '<wsse:Security', `${element.exec(text)?.[0]}<wsse:Security`),
  ),
  byRegistry('of the namespace of WS-Security 1.0', 'structure-security-content', (text) =>
    swap(
      text,
      'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd',
      'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
    ),
  ),
  {
    row,
    name: 'answer to the same question, signed another time',
    code: 'confirmation-other',
    attack: async (world) => {
      const { answered } = await world.exchange(profile);
      const again = await world.ask(profile, { bodyContent: '<other xmlns="urn:civil"/>' });
      return world.accept({ profile }, answered, again);
    },
  },
  {
    row,
    name: 'answer to another question',
    code: 'addressing-relates-to',
    attack: async (world) => {
      const { asked, answered } = await world.exchange(profile);
      const other = 'urn:uuid:0195f7a0-0000-7000-8000-000000000009';
      const text = world.asRegistryKey(
        swap(answered, `${question.messageId}</wsa:RelatesTo>`, `${other}</wsa:RelatesTo>`),
      );
      return world.accept({ profile }, text, asked);
    },
  },
  {
    row,
    name: 'answer by the default profile',
    code: 'confirmation-absent',
    attack: async (world) => {
      const { asked, answered } = await world.exchange('wss-x509-integrity');
      return world.accept({ profile }, answered, asked);
    },
  },
  {
    row,
    name: 'where none is expected',
    code: 'structure-security-content',
    attack: async (world) => {
      const { asked, answered } = await world.exchange(profile);
      return world.accept({ profile: 'wss-x509-integrity' }, answered, asked);
    },
  },
  {
    row,
    name: 'answer whose Body is not signed',
    code: 'coverage-body',
    attack: async (world) => {
      const { asked, answered } = await world.exchange(profile);
      const text = swap(answered, /<ds:Reference URI="#ura-body">.*?<\/ds:Reference>/, '');
      return world.accept({ profile }, world.asRegistryKey(text), asked);
    },
  },
];
