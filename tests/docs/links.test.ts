import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { documents, projectFiles, prose, read, root } from './documents.js';

/** The anchor that a heading gets where Markdown is shown. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function anchorsOf(path: string): Set<string> {
  return new Set(
    [...prose(read(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? '')),
  );
}

function brokenLinks(path: string): string[] {
  const targets = [...prose(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const to = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, to))) return true;
    return anchor !== undefined && !anchorsOf(to).has(anchor);
  });
}

/** Paths of the project in code marks; `*` and `<…>` stand for something, and a folder may be named alone. */
function missingPaths(path: string): string[] {
  const named = [
    ...prose(read(path)).matchAll(
      /`((?:src|tests|adapters|contracts|config|openapi|scripts|docs|bench)\/[^`\s]*)`/g,
    ),
  ]
    .map(([, name]) => name ?? '')
    .filter((name) => !/[<>{}]/.test(name));
  return named.filter((name) => {
    if (!name.includes('*')) return !existsSync(join(root, name));
    const pattern = new RegExp(
      `^${name.replaceAll('.', '\\.').replaceAll('**', '.+').replaceAll('*', '[^/]*')}$`,
    );
    return !projectFiles().some((file) => pattern.test(file));
  });
}

describe('documents', () => {
  for (const path of documents()) {
    it(`${path}: every relative link leads somewhere`, () => assert.deepEqual(brokenLinks(path), []));
    it(`${path}: every named file is there`, () => assert.deepEqual(missingPaths(path), []));
  }

  it('each decision has its three sections and a number of its own', () => {
    const decisions = documents().filter((path) => /^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/.test(path));
    assert.equal(documents().filter((path) => path.startsWith('docs/decisions/')).length, decisions.length);
    const numbers = decisions.map((path) =>
      path.slice('docs/decisions/'.length, 'docs/decisions/0000'.length),
    );
    assert.equal(new Set(numbers).size, numbers.length);
    for (const path of decisions) {
      const sections = [...read(path).matchAll(/^## (.*)$/gm)].map(([, name]) => name);
      assert.deepEqual(sections, ['Context', 'Decision', 'Consequences'], path);
      assert.match(
        read(path),
        new RegExp(`^# ${path.slice('docs/decisions/'.length, 'docs/decisions/0000'.length)}: `),
      );
    }
  });

  it('name no host of a package registry, in any file', () => {
    // Written in pieces, or this file would be the one that names them.
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['registry', 'yarnpkg', 'com'],
      ['npm', 'pkg', 'github', 'com'],
      ['repo', 'maven', 'apache', 'org'],
      ['repo1', 'maven', 'org'],
      ['pypi', 'org'],
      ['deb', 'debian', 'org'],
    ].map((parts) => parts.join('.'));
    const small = projectFiles().filter((path) => statSync(join(root, path)).size < 2_000_000);
    const naming = small.filter((path) => {
      const text = read(path);
      return (
        hosts.some((host) => text.includes(host)) ||
        (path === 'package-lock.json' && text.includes('"resolved": "http'))
      );
    });
    assert.deepEqual(naming, []);
  });
});
