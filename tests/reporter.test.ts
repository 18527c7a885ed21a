import assert from 'node:assert/strict';
import mocha from 'mocha';
import { Lateness } from './support/reporter.js';

describe('a failure that is only late', () => {
  const root = new mocha.Suite('', new mocha.Context());
  root.root = true;
  const file = mocha.Suite.create(root, 'a file');
  const inner = mocha.Suite.create(file, 'a part of it');
  const other = mocha.Suite.create(root, 'another file');
  const at = (suite: mocha.Suite, title: string): mocha.Runnable => {
    const runnable = new mocha.Runnable(title, () => {});
    runnable.parent = suite;
    return runnable;
  };
  const timedOut = Object.assign(new Error('Timeout of 2000ms exceeded'), { code: 'ERR_MOCHA_TIMEOUT' });
  const wrong = new TypeError("Cannot read properties of undefined (reading 'close')");

  it('is one of time, also as the cause of another', () => {
    assert.equal(new Lateness().of(at(file, 'a test'), timedOut), true);
    assert.equal(new Lateness().of(at(file, 'a test'), new Error('not begun', { cause: timedOut })), true);
    assert.equal(new Lateness().of(at(file, 'a test'), wrong), false);
    assert.equal(new Lateness().of(at(file, 'a test'), undefined), false);
  });

  it('is one of a hook after it, which cannot end what was not made', () => {
    const lateness = new Lateness();
    lateness.of(at(inner, '"before each" hook for "a test"'), timedOut);
    assert.equal(lateness.of(at(inner, '"after each" hook for "a test"'), wrong), true);
    assert.equal(lateness.of(at(file, '"after all" hook in "a file"'), wrong), true);
  });

  it('is none of another test, of a hook of another file, of all files, or after what was wrong', () => {
    const lateness = new Lateness();
    lateness.of(at(inner, 'a test'), timedOut);
    assert.equal(lateness.of(at(inner, 'another test'), wrong), false);
    assert.equal(lateness.of(at(other, '"after each" hook for "its test"'), wrong), false);
    assert.equal(lateness.of(at(root, '"after each" hook in "{root}"'), wrong), false);
    const seen = new Lateness();
    seen.of(at(file, 'a test'), wrong);
    assert.equal(seen.of(at(file, '"after each" hook for "a test"'), wrong), false);
  });
});
