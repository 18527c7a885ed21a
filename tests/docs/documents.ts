import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';

export const root = findPackageRoot();

/** Folders that are made on a machine and are no part of the project. */
const notOurs = new Set(['node_modules', 'dist', 'coverage', 'tmp']);

/** Every file of the project, relative to its root; hidden folders and what is built are left out. */
export function projectFiles(folder: string = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name.startsWith('.') || notOurs.has(entry.name) ? [] : projectFiles(path);
    }
    return entry.isFile() ? [relative(root, path)] : [];
  });
}

/** The text of one file of the project. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The Markdown files, relative to the root. */
export function documents(): string[] {
  return projectFiles().filter((path) => path.endsWith('.md'));
}

/** A document without its fenced code: what is left is prose, tables and links. */
export function prose(text: string): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '');
}

/** Cells of the first table under a heading, without the header rows; code marks and white space removed. */
export function tableUnder(text: string, heading: string): string[][] {
  const from = text.split('\n').indexOf(heading);
  if (from < 0) throw new Error(`there is no heading ${heading}`);
  const lines = text.split('\n').slice(from + 1);
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  );
}
