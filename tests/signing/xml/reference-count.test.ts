import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { defaultXmlLimits } from '../../../src/signing/xml/limits.js';
import { dsNamespace, wsseNamespace } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';

const reference = '<d:Reference/>';
const signedInfo = (count: number) => `<d:SignedInfo>${reference.repeat(count)}</d:SignedInfo>`;
const envelope = (inSignature: string) =>
  `<e:Envelope xmlns:e="urn:e" xmlns:d="${dsNamespace}" xmlns:w="${wsseNamespace}"><e:Header><w:Security>` +
  `<d:Signature>${inSignature}</d:Signature></w:Security></e:Header></e:Envelope>`;

describe('References of the message’s own Signature', () => {
  const outcome = (xml: string): string => {
    try {
      parseXmlText(xml, { ...defaultXmlLimits, references: 2 });
      return 'taken';
    } catch (error) {
      return error instanceof SignatureRefused ? error.code : String(error);
    }
  };

  it('are refused where one too many begins', () => {
    assert.equal(outcome(envelope(signedInfo(2))), 'taken');
    assert.equal(outcome(envelope(signedInfo(3))), 'signature-reference-count');
    assert.equal(outcome(envelope(`<d:SignedInfo>${reference.repeat(3)}`)), 'signature-reference-count');
  });

  it('are counted for each SignedInfo, and no other element is', () => {
    assert.equal(outcome(envelope(signedInfo(2) + signedInfo(2))), 'taken');
    assert.equal(outcome(envelope(signedInfo(2) + signedInfo(3))), 'signature-reference-count');
    const own = envelope(signedInfo(3));
    for (const [from, to] of [
      ['d:Reference', 'd:Other'],
      ['d:Reference', 'w:Reference'],
      ['d:SignedInfo', 'd:Other'],
      ['d:SignedInfo', 'w:SignedInfo'],
      ['d:Signature>', 'd:Other>'],
      ['d:Signature>', 'w:Signature>'],
      ['w:Security', 'w:Other'],
      ['w:Security', 'd:Security'],
      ['e:Header', 'e:Body'],
    ] as const) {
      assert.equal(outcome(own.replaceAll(from, to)), 'taken', to);
    }
    assert.equal(
      outcome(own.replace('<e:Header>', '<e:Header><x>').replace('</e:Header>', '</x></e:Header>')),
      'taken',
    );
  });
});
