import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commonFiles } from './contract-files.js';
import { camel } from './names.js';
import { ContractUnusable, type Plan } from './plan.js';
import { restSources } from './rest-files.js';
import { restGolden } from './rest-golden.js';
import { planRest } from './rest-plan.js';
import { restTemplate } from './rest-template.js';
import { soapSources } from './soap-files.js';
import { soapGolden } from './soap-golden.js';
import { planSoap, soapContractFiles } from './soap-plan.js';
import { soapTemplate } from './soap-template.js';

export interface NewAdapter {
  /** Lower-case letters and hyphens. */
  readonly name: string;
  readonly protocol: 'soap' | 'rest';
  /** An OpenAPI document or a WSDL. Default: one to begin with is written. */
  readonly from?: string;
  /** Root of the sources that it is added to. */
  readonly root: string;
}

export interface Added {
  /** Relative to the root, sorted; all of them new but `adapters/index.ts`. */
  readonly files: readonly string[];
  readonly operations: readonly string[];
  readonly leftOut: Plan['leftOut'];
  readonly port: number;
}

/**
 * Writes everything that an adapter consists of, with operations from its contract. Nothing outside of `adapters/`,
 * `contracts/`, `openapi/`, `config/` and `tests/` is touched, and nothing is overwritten.
 *
 * @throws {ContractUnusable} saying what the contract, the name or the folder would need; nothing was written then.
 */
export async function addAdapter({ name, protocol, from, root }: NewAdapter): Promise<Added> {
  if (!/^[a-z][a-z-]{0,28}[a-z]$/.test(name) || name.includes('--')) {
    throw new ContractUnusable(
      'Give a name of lower-case letters and single hyphens, at most 30 characters.',
    );
  }
  if (!existsSync(join(root, 'adapters', 'index.ts'))) {
    throw new ContractUnusable(`${root} holds no sources of the gateway: run it in a checkout.`);
  }
  const port = await freePort(root);
  const serial = await freeSerial(root);
  const freeCode = (nth: number) => `AL${String(serial + nth).padStart(6, '0')}`;
  // Planned from a file, as the adapter will read it; it only gets to its place when everything is known.
  const folder = await mkdtemp(join(tmpdir(), 'ura-new-adapter-'));
  try {
    const files = protocol === 'rest' ? await rest() : await soap();
    const index = await indexWith(root, name);
    const taken = Object.keys(files.texts).find((path) => existsSync(join(root, path)));
    if (taken !== undefined) throw new ContractUnusable(`${taken} is there already: take another name.`);
    for (const [path, text] of Object.entries({ ...files.texts, 'adapters/index.ts': index })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return {
      files: [...Object.keys(files.texts), 'adapters/index.ts'].sort(),
      operations: files.plan.operations.map((operation) => operation.name),
      leftOut: files.plan.leftOut,
      port,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  async function rest() {
    const path = join(folder, `${name}.yaml`);
    if (from === undefined) await writeFile(path, restTemplate(name, port));
    else await copyFile(from, path);
    const plan = planRest(name, path, port);
    const contract = `openapi/registries/${name}.yaml`;
    const texts = {
      [contract]: await readFile(path, 'utf8'),
      ...restSources(plan),
      ...commonFiles({ ...plan, protocol }, contract, freeCode),
      ...restGolden(plan),
    };
    return { plan, texts };
  }

  async function soap() {
    if (from === undefined) {
      for (const [file, text] of Object.entries(soapTemplate(name)))
        await writeFile(join(folder, file), text);
    } else {
      for (const [file, text] of Object.entries(await soapContractFiles(name, from))) {
        await writeFile(join(folder, file), text);
      }
    }
    const plan = await planSoap(name, folder, port);
    const contracts = await Promise.all(
      (await readdir(folder)).map(async (file) => [
        `contracts/registries/${name}/${file}`,
        await readFile(join(folder, file), 'utf8'),
      ]),
    );
    const texts: Record<string, string> = {
      ...Object.fromEntries(contracts),
      ...soapSources(plan),
      ...commonFiles({ ...plan, protocol }, `contracts/registries/${name}/${name}.wsdl`, freeCode),
      ...soapGolden(plan),
    };
    return { plan, texts };
  }
}

/** `adapters/index.ts` with one more import and one more name in its list. */
async function indexWith(root: string, name: string): Promise<string> {
  const text = await readFile(join(root, 'adapters', 'index.ts'), 'utf8');
  const list = /(const kinds: readonly AdapterKind\[\] = \[)([^\]]*)(\];)/;
  const found = list.exec(text);
  if (found === null) throw new ContractUnusable('adapters/index.ts has no list of adapters to add it to.');
  if (text.includes(`'./${name}/index.js'`))
    throw new ContractUnusable(`There is an adapter ${name} already.`);
  const names = (found[2] ?? '').split(',').map((each) => each.trim());
  const all = [...names.filter((each) => each !== ''), camel(name)].join(', ');
  const added = text.replace(list, `$1${all}$3`);
  const line = `import { ${camel(name)} } from './${name}/index.js';`;
  const imports = [...added.matchAll(/^import .*;$/gm)].map(([each]) => each);
  const next = imports.find((each) => /from '\.\//.test(each) && pathOf(each) > pathOf(line));
  const last = imports.at(-1) ?? '';
  return next === undefined
    ? added.replace(last, `${last}\n${line}`)
    : added.replace(next, `${line}\n${next}`);
}

function pathOf(line: string): string {
  return /from '(.*)'/.exec(line)?.[1] ?? '';
}

/** The next one after those of all simulators. */
async function freePort(root: string): Promise<number> {
  let highest = 9300;
  for (const file of await filesIn(join(root, 'config', 'adapters'))) {
    for (const [, port] of file.matchAll(/127\.0\.0\.1:(\d+)/g)) highest = Math.max(highest, Number(port));
  }
  return highest + 1;
}

/** Service codes from AL019001 on that no query and no administrative service has. */
async function freeSerial(root: string): Promise<number> {
  let highest = 19_000;
  const queries = await filesIn(join(root, 'config', 'queries'));
  const services = await filesIn(join(root, 'config', 'catalogue'));
  for (const file of [...queries, ...services]) {
    for (const [, code] of file.matchAll(/"AL(019\d{3})"/g)) highest = Math.max(highest, Number(code));
  }
  return highest + 1;
}

async function filesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  return Promise.all(names.map((file) => readFile(join(folder, file), 'utf8')));
}
