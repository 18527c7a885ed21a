import assert from 'node:assert/strict';
import { continueTrace } from '../../src/observe/traceparent.js';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';
const random = (size: number): Buffer => Buffer.alloc(size, 0xab);
const began = `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`;

describe('traceparent', () => {
  it('keeps trace and flags, with a span of its own', () => {
    assert.equal(continueTrace(`00-${trace}-${span}-01`, random), `00-${trace}-${'ab'.repeat(8)}-01`);
    assert.equal(continueTrace(`00-${trace}-${span}-00`, random), `00-${trace}-${'ab'.repeat(8)}-00`);
  });

  for (const received of [
    undefined,
    '',
    'nonsense',
    `01-${trace}-${span}-01`,
    `ff-${trace}-${span}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace}-${span}`,
    `00-${trace}-${span}-01-more`,
    ` 00-${trace}-${span}-01`,
    `00-${trace}-${span}-01, 00-${trace}-${span}-01`,
  ]) {
    it(`begins a trace for ${JSON.stringify(received)}`, () =>
      assert.equal(continueTrace(received, random), began));
  }

  it('makes a new span each time', () => {
    assert.notEqual(continueTrace(undefined), continueTrace(undefined));
    assert.match(continueTrace(undefined), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
