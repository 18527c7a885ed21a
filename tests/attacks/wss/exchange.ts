import { swap, textVectors, type Vector } from './vector.js';

const row = 'Exchange';
const soap = 'http://schemas.xmlsoap.org/soap/envelope/';
const fault = '<soap:Fault><faultcode>soap:Server</faultcode><faultstring>no</faultstring></soap:Fault>';

export const exchange: readonly Vector[] = [
  ...textVectors(row, [
    [
      'unsigned Fault',
      'unsigned-fault',
      () => `<soap:Envelope xmlns:soap="${soap}"><soap:Body>${fault}</soap:Body></soap:Envelope>`,
    ],
    [
      'unsigned Fault with an empty Header',
      'unsigned-fault',
      () =>
        `<soap:Envelope xmlns:soap="${soap}"><soap:Header/><soap:Body>${fault}</soap:Body></soap:Envelope>`,
    ],
    [
      'Fault in place of the signed Body content',
      'digest-value',
      (text) => swap(text, /<t:clearance .*<\/t:clearance>/, fault),
    ],
    [
      'RelatesTo absent',
      'structure-header-absent',
      (text, { resigned }) =>
        resigned(
          swap(
            swap(text, /<wsa:RelatesTo .*<\/wsa:RelatesTo>/, ''),
            /<ds:Reference URI="#ura-relates-to">.*?<\/ds:Reference>/,
            '',
          ),
        ),
    ],
    [
      'RelatesTo changed',
      'digest-value',
      (text) => swap(text, '000000000001</wsa:RelatesTo>', '000000000009</wsa:RelatesTo>'),
    ],
  ]),
  {
    row,
    name: 'answer to another request',
    code: 'addressing-relates-to',
    make: ({ valid }) => ({
      message: valid,
      expected: { relatesTo: 'urn:uuid:0195f7a0-0000-7000-8000-000000000003' },
    }),
  },
  {
    row,
    name: 'To of another receiver',
    code: 'addressing-to',
    make: async ({ signed }) => ({ message: await signed({ to: 'https://business.example/answers' }) }),
  },
  {
    row,
    name: 'To that only begins with ours',
    code: 'addressing-to',
    make: async ({ signed, expected }) => ({ message: await signed({ to: `${String(expected.to)}/more` }) }),
  },
  {
    row,
    name: 'Action of another operation',
    code: 'addressing-action',
    make: async ({ signed }) => ({ message: await signed({ action: 'urn:tax/debts-answer' }) }),
  },
  {
    row,
    name: 'answer sent as a request without ReplyTo',
    code: 'structure-header-absent',
    make: ({ valid, resigned }) => {
      const cut = swap(valid, /<wsa:ReplyTo .*<\/wsa:ReplyTo>/, '');
      const uncovered = swap(cut, /<ds:Reference URI="#ura-reply-to">.*?<\/ds:Reference>/, '');
      return { message: resigned(uncovered), isRequest: true };
    },
  },
  {
    row,
    name: 'SOAP 1.2 where 1.1 was agreed',
    code: 'structure-envelope',
    make: async ({ signed }) => ({ message: await signed({ soapVersion: '1.2' }) }),
  },
];
