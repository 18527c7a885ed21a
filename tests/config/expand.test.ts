import assert from 'node:assert/strict';
import { expand } from '../../src/config/expand.js';

describe('variables in the configuration', () => {
  const environment = { URA_DATA: '/data', PORT: '8443', EMPTY: '', NESTED: `\${PORT}` };

  it('are replaced in every string, at every depth, several in one', () => {
    const value = {
      a: [`\${URA_DATA}/keys`, { b: `http://127.0.0.1:\${PORT}/\${URA_DATA}` }],
      c: 1,
      d: null,
      e: true,
    };
    assert.deepEqual(expand(value, environment), {
      a: ['/data/keys', { b: 'http://127.0.0.1:8443//data' }],
      c: 1,
      d: null,
      e: true,
    });
  });

  it('fall back to their default only when they are not set', () => {
    assert.equal(expand(`\${HOST:-localhost}:\${PORT:-8080}`, environment), 'localhost:8443');
    assert.equal(expand(`\${HOST:-}`, environment), '');
    assert.equal(expand(`\${EMPTY:-full}`, environment), '');
    assert.equal(expand(`\${HOST:-http://a:1/b}`, environment), 'http://a:1/b');
  });

  it('are named when they are missing', () => {
    assert.throws(() => expand({ a: `\${NOT_SET}` }, environment), /environment variable NOT_SET is not set/);
  });

  it('are not replaced in what they bring, nor in names, nor when written otherwise', () => {
    assert.equal(expand(`\${NESTED}`, environment), `\${PORT}`);
    assert.deepEqual(expand({ '${PORT}': `$PORT \${port} \${}` }, environment), {
      '${PORT}': `$PORT \${port} \${}`,
    });
  });

  it('are not looked up in the prototype', () => {
    assert.throws(() => expand(`\${CONSTRUCTOR}`, {}), /CONSTRUCTOR/);
  });
});
