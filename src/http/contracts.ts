import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router, static as serveFiles } from 'express';
import { parse } from 'yaml';
import { findPackageRoot } from '../package-root.js';

/** Schemas, WSDLs and documents of the folder `contracts/`, under the addresses that they name themselves by. */
export function contractFiles(): Router {
  const router = Router();
  const published = /\.(json|yaml|wsdl|xsd)$/;
  router.use((request, _response, next) => next(published.test(request.path) ? undefined : 'router'));
  router.use(
    serveFiles(join(findPackageRoot(), 'contracts'), { index: false, redirect: false, dotfiles: 'ignore' }),
  );
  return router;
}

/**
 * The AsyncAPI document as one piece: schemas that it refers to by file stand in it, so that a reader needs
 * nothing else.
 */
export function readAsyncApi(): unknown {
  const folder = join(findPackageRoot(), 'contracts');
  const resolve = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref } = node as { $ref?: unknown };
    if (typeof $ref === 'string' && $ref.startsWith('./')) {
      return JSON.parse(readFileSync(join(folder, $ref), 'utf8')) as unknown;
    }
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, resolve(value)]));
  };
  return resolve(parse(readFileSync(join(folder, 'asyncapi.yaml'), 'utf8')));
}
