import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, errorTable, UraError } from '../src/errors.js';
import { findPackageRoot } from '../src/package-root.js';

describe('the errors of the API', () => {
  const codes = Object.keys(errorTable) as ErrorCode[];

  it('stand in docs/errors.md exactly as in the code, each with a remedy', () => {
    const text = readFileSync(join(findPackageRoot(), 'docs', 'errors.md'), 'utf8');
    const rows = text
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, code = '', ...cells]) => [code.replaceAll('`', ''), ...cells]);
    assert.deepEqual(
      rows.map(([code, status, title, retry]) => ({ code, status: Number(status), title, retry })),
      codes.map((code) => ({ code, ...errorTable[code] })),
    );
    for (const [code, , , , remedy] of rows) assert.ok((remedy ?? '').length > 20, code);
  });

  it('are in order of status, and ask for a retry only where one can help', () => {
    const statuses = codes.map((code) => errorTable[code].status);
    assert.deepEqual(
      statuses,
      [...statuses].sort((left, right) => left - right),
    );
    for (const code of codes) {
      const { status, retry } = errorTable[code];
      assert.equal(
        retry === 'later',
        [408, 429, 500, 503].includes(status) || code === 'message-under-way',
        code,
      );
      assert.equal(
        retry === 'sign-again',
        status === 401 || /^message-(replayed|conflict)$/.test(code),
        code,
      );
    }
  });

  it('carry what the table says about them', () => {
    for (const code of codes) {
      const error = new UraError(code, 'A detail.');
      assert.deepEqual({ status: error.status, title: error.title, retry: error.retry }, errorTable[code]);
      assert.equal(error.message, `${code}: A detail.`);
      assert.deepEqual([error.errors, error.retryAfterSeconds, error.logReason], [[], undefined, undefined]);
    }
  });
});
