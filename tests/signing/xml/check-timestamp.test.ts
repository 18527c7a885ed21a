import assert from 'node:assert/strict';
import { bytesOfBase64, decodeBase64, packBase64 } from '../../../src/signing/xml/base64.js';
import { checkTimestamp, type Lifetime } from '../../../src/signing/xml/check-timestamp.js';
import type { Expectation } from '../../../src/signing/xml/expectation.js';
import { knownNamespace, wsuNamespace } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';

const noon = Date.UTC(2026, 2, 4, 12);
const expecting = (change: Partial<Expectation> = {}): Expectation => ({
  soapVersion: '1.1',
  to: 'x',
  actions: [],
  keys: [],
  now: noon,
  ...change,
});
const check = (xml: string, change: Partial<Expectation> = {}): Lifetime =>
  checkTimestamp(parseXmlText(xml), expecting(change));
const timestamp = (content: string) => `<u:Timestamp xmlns:u="${wsuNamespace}">${content}</u:Timestamp>`;
const lasting = (created: string, expires: string) =>
  timestamp(`<u:Created>${created}</u:Created><u:Expires>${expires}</u:Expires>`);
const iso = (ms: number) => new Date(ms).toISOString();

describe('the Timestamp of a message', () => {
  it('is read to the millisecond, whatever the number of digits behind the second', () => {
    for (const [written, ms] of [
      ['2026-03-04T12:00:00Z', 0],
      ['2026-03-04T12:00:01Z', 1_000],
      ['2026-03-04T12:01:00Z', 60_000],
      ['2026-03-04T12:00:00.1Z', 100],
      ['2026-03-04T12:00:00.12Z', 120],
      ['2026-03-04T12:00:00.123Z', 123],
      ['2026-03-04T12:00:00.1239Z', 123],
      ['2026-03-04T12:00:00.12399Z', 123],
      ['2026-03-04T12:00:00.999999999Z', 999],
      ['2026-03-04T12:00:00.000000001Z', 0],
      ['2026-03-04T12:00:59.999Z', 59_999],
      ['2026-03-04T11:59:59Z', -1_000],
    ] as const) {
      assert.deepEqual(check(lasting(written, '2026-03-04T12:02:00Z')), {
        createdAt: noon + ms,
        expiresAt: noon + 120_000,
      });
    }
  });

  it('is read on every day that there is', () => {
    for (const day of [
      ...['2024-02-29', '2000-02-29', '2026-01-31', '2026-12-31', '2026-11-30', '2100-02-28', '0100-01-01'],
      ...['9999-12-31', '2026-10-10', '2026-09-09', '1970-01-01', '1969-12-31'],
    ]) {
      for (const time of ['00:00:00', '23:59:58', '09:09:09', '10:10:10']) {
        const now = Date.parse(`${day}T${time}.000Z`);
        const read = check(lasting(`${day}T${time}Z`, iso(now + 1_000)), { now });
        assert.equal(read.createdAt, now);
      }
    }
  });

  it('is refused in every other form', () => {
    const good = '2026-03-04T12:00:00Z';
    const wrong = [
      ...[
        '',
        'Z',
        good.slice(0, -1),
        `${good}Z`,
        `${good} `,
        ` ${good}`,
        '2026-03-04T12:00:00z',
        '2026-03-04t12:00:00Z',
      ],
      ...[
        '2026-03-04T12:00:00+00:00',
        '2026-03-04T12:00Z',
        '2026-03-04Z',
        '+02026-03-04T12:00:00Z',
        '2026-3-4T12:00:00Z',
      ],
      ...[
        '2026-03-04T12:00:00.Z',
        '2026-03-04T12:00:00,1Z',
        '2026-03-04T12:00:00.1234567890Z',
        '2026-03-04T12:00:00.1 Z',
      ],
      ...[
        '2026-03-04T12:00:00.-1Z',
        '2026-03-04T12:00:00.1eZ',
        '2026-03-04T12:00:0011Z',
        '2026-03-04T12:00:00:1Z',
      ],
      ...[
        '2026/03-04T12:00:00Z',
        '2026-03/04T12:00:00Z',
        '2026-03-04 12:00:00Z',
        '2026-03-04T12.00:00Z',
        '2026-03-04T12:00.00Z',
      ],
      ...[
        '2026-00-04T12:00:00Z',
        '2026-13-04T12:00:00Z',
        '2026-03-00T12:00:00Z',
        '2026-03-32T12:00:00Z',
        '2026-02-29T12:00:00Z',
      ],
      ...[
        '2026-02-30T12:00:00Z',
        '2026-04-31T12:00:00Z',
        '2100-02-29T12:00:00Z',
        '0099-01-01T12:00:00Z',
        '0000-01-01T12:00:00Z',
      ],
      ...[
        '2026-03-04T24:00:00Z',
        '2026-03-04T25:00:00Z',
        '2026-03-04T12:60:00Z',
        '2026-03-04T12:00:60Z',
        '2026-03-04T12:00:61Z',
      ],
      ...[
        'x026-03-04T12:00:00Z',
        '202x-03-04T12:00:00Z',
        '2026-x3-04T12:00:00Z',
        '2026-0x-04T12:00:00Z',
        '2026-03-x4T12:00:00Z',
      ],
      ...[
        '2026-03-0xT12:00:00Z',
        '2026-03-04Tx2:00:00Z',
        '2026-03-04T1x:00:00Z',
        '2026-03-04T12:x0:00Z',
        '2026-03-04T12:0x:00Z',
      ],
      ...[
        '2026-03-04T12:00:x0Z',
        '2026-03-04T12:00:0xZ',
        '2026-03-04T12:00:0/Z',
        '2026-03-04T12:00:0:Z',
        '2026-03-04T12:00: 0Z',
      ],
      ...[
        '-026-03-04T12:00:00Z',
        '2026-03-04T-1:00:00Z',
        '2026-03-04T12:-1:00Z',
        '2026-03-04T12:00:-1Z',
        '2026--1-04T12:00:00Z',
      ],
      ...['２026-03-04T12:00:00Z', '1e10-03-04T12:00:00Z', '2026-03-04T12:00:00.000Zx'],
    ];
    for (const one of wrong) {
      assert.throws(
        () => check(lasting(one, '2026-03-04T12:02:00Z')),
        { code: 'timestamp-format', where: 'Created' },
        one,
      );
      assert.throws(() => check(lasting(good, one)), { code: 'timestamp-format', where: 'Expires' }, one);
    }
    const withAttribute = lasting(good, good).replace('<u:Expires>', '<u:Expires x="1">');
    assert.throws(() => check(withAttribute), { code: 'timestamp-format', where: 'Expires' });
  });

  it('has Created and Expires, in this order, and nothing else', () => {
    const created = `<u:Created>${iso(noon)}</u:Created>`;
    const expires = `<u:Expires>${iso(noon + 1_000)}</u:Expires>`;
    assert.equal(check(timestamp(created + expires)).createdAt, noon);
    for (const content of [
      ...['', 'text', created, expires, expires + created, created + created, expires + expires],
      ...[created + expires + expires, `${created + expires}<u:Other/>`, `x${created}${expires}`],
      ...[created.replaceAll('Created', 'Other') + expires, created + expires.replaceAll('Expires', 'Other')],
      ...[created.replaceAll('u:', '') + expires, created + expires.replaceAll('u:', '')],
    ]) {
      assert.throws(() => check(timestamp(content)), { code: 'structure-timestamp' }, content);
    }
  });

  it('is accepted from its first to its last moment, and no longer than it may be', () => {
    const at = (created: number, expires: number, change: Partial<Expectation> = {}) => {
      try {
        check(lasting(iso(noon + created), iso(noon + expires)), change);
        return 'taken';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    assert.equal(at(0, 300_000), 'taken');
    assert.equal(at(0, 300_001), 'timestamp-lifetime');
    assert.equal(at(0, 0), 'timestamp-lifetime');
    assert.equal(at(0, -1), 'timestamp-lifetime');
    assert.equal(at(0, 1), 'taken');
    assert.equal(at(60_000, 60_001), 'taken');
    assert.equal(at(60_001, 60_002), 'timestamp-future');
    assert.equal(at(-2, -1), 'timestamp-expired');
    assert.equal(at(-1, 0), 'timestamp-expired');
    assert.equal(at(-1, 1), 'taken');
    assert.equal(at(0, 10_000, { maxAgeSeconds: 10 }), 'taken');
    assert.equal(at(0, 10_001, { maxAgeSeconds: 10 }), 'timestamp-lifetime');
    assert.equal(at(5_000, 5_001, { futureToleranceSeconds: 5 }), 'taken');
    assert.equal(at(5_001, 5_002, { futureToleranceSeconds: 5 }), 'timestamp-future');
    assert.equal(at(1, 2, { futureToleranceSeconds: 0 }), 'timestamp-future');
  });
});

describe('base64 in a message', () => {
  it('has one spelling, white space apart', () => {
    for (let length = 1; length < 70; length++) {
      const bytes = Buffer.alloc(length, 0xfb);
      const text = bytes.toString('base64');
      for (const written of [
        text,
        ` ${text}`,
        `${text}\n`,
        text.split('').join('\r\n\t '),
        `${text.slice(0, 3)} ${text.slice(3)}`,
      ]) {
        assert.equal(packBase64(written), text, written);
        assert.ok(decodeBase64(written)?.equals(bytes), written);
      }
      assert.equal(bytesOfBase64(text), length);
    }
  });

  it('is refused in any other', () => {
    for (const text of [
      ...[
        '',
        ' ',
        '=',
        '==',
        '====',
        'A',
        'AA',
        'AAA',
        'AAAAA',
        'AB==',
        'AAB=',
        'AA=',
        'AA=A',
        'A===',
        'AAAA=',
        'AAAA==',
      ],
      ...[
        'AAA-',
        'AAA_',
        'AA-A',
        '-_-_',
        'AAA\u00a0A',
        'AAA.',
        'AAAA\u0000',
        'AAAA!',
        'AA==AAAA',
        '\u000bAAAA',
        'AAAA,AAAA',
      ],
    ]) {
      assert.equal(packBase64(text), undefined, text);
      assert.equal(decodeBase64(text), undefined, text);
    }
    assert.equal(packBase64('AAA='), 'AAA=');
    assert.equal(packBase64('AA=='), 'AA==');
    assert.equal(packBase64('+/09'), '+/09');
  });
});

describe('names of namespaces that are known', () => {
  it('are those that signed messages are made of', () => {
    assert.equal(knownNamespace(wsuNamespace), wsuNamespace);
    for (const uri of [
      '',
      'urn:x',
      `${wsuNamespace}x`,
      'http://www.w3.org/2000/xmlns/',
      'http://www.w3.org/XML/1998/namespace',
    ]) {
      assert.equal(knownNamespace(uri), undefined, uri);
    }
  });
});
