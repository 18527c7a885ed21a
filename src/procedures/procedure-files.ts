import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkProcedure } from './check-procedure.js';
import { Expressions } from './expression.js';
import type { ProcedureCatalogue, ProcedureDefinition } from './procedure.js';

/**
 * Reads `<folder>/procedures/*.json`, each `{"services": [{code, name, version, procedure, notOffered?}]}`. Stands
 * in for the catalogue of administrative services until that is there; a folder that is not there has none.
 *
 * @throws {Error} naming what is wrong with a procedure.
 */
export async function readProcedureFiles(folder: string): Promise<ProcedureCatalogue> {
  const expressions = new Expressions();
  const names = await readdir(join(folder, 'procedures')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = new Map<string, ProcedureDefinition & { readonly notOffered?: readonly string[] }>();
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const { services } = JSON.parse(await readFile(join(folder, 'procedures', name), 'utf8')) as {
      services: (ProcedureDefinition & { notOffered?: string[] })[];
    };
    for (const service of services) {
      const problems = checkProcedure(service.procedure, expressions);
      if (problems.length > 0) throw new Error(`procedure ${service.code}: ${problems.join('; ')}`);
      found.set(service.code, service);
    }
  }
  return {
    find(code, municipality) {
      const service = found.get(code);
      if (!service) return 'unknown';
      const { notOffered = [], ...definition } = service;
      return notOffered.includes(municipality) ? 'not-offered' : definition;
    },
  };
}
