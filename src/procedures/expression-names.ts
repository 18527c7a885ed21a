/** A node of a parsed CEL expression: an operator and its arguments, nodes among them. */
interface Node {
  readonly op: string;
  readonly args: unknown;
}

export type Names =
  | { readonly ok: true; readonly steps: ReadonlySet<string>; readonly usesItem: boolean }
  | { readonly ok: false; readonly problem: string };

const variables: ReadonlySet<string> = new Set(['applicant', 'form', 'municipality', 'steps', 'item']);
const operators: ReadonlySet<string> = new Set(
  'value id . [] list map call rcall ?: || && == != < <= > >= in + - * / % !_ -_'.split(' '),
);
const functions: ReadonlySet<string> = new Set(['has', 'size', 'string', 'int', 'double']);
/** Without `matches`: a regular expression can take longer than the age of the universe. */
const methods: ReadonlySet<string> = new Set(
  'size contains startsWith endsWith lowerAscii upperAscii trim substring indexOf'.split(' '),
);
const macros: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);
/** Macros inside macros multiply their work. */
const DEEPEST_MACRO = 2;

class NotAllowed extends Error {}

/**
 * Says what an expression names, and refuses whatever a procedure has no use for: allowed is what is listed here
 * and nothing else.
 */
export function namesIn(ast: unknown): Names {
  const steps = new Set<string>();
  let usesItem = false;

  const walk = (node: Node, local: ReadonlySet<string>, depth: number): void => {
    if (!operators.has(node.op)) throw new NotAllowed(`uses ${node.op}, which procedures do not have`);
    switch (node.op) {
      case 'value': {
        const simple =
          node.args === null || ['string', 'boolean', 'number', 'bigint'].includes(typeof node.args);
        if (!simple) throw new NotAllowed('has a literal of a kind that procedures do not have');
        return;
      }
      case 'id': {
        const name = String(node.args);
        if (local.has(name)) return;
        if (!variables.has(name)) throw new NotAllowed(`names ${name}, which there is not`);
        if (name === 'steps') throw new NotAllowed('does not say which step it means: write steps.<id>');
        if (name === 'item') usesItem = true;
        return;
      }
      case '.':
      case '[]': {
        const [target, key] = node.args as [Node, unknown];
        if (target.op === 'id' && target.args === 'steps') {
          steps.add(stepOf(key));
          return;
        }
        walk(target, local, depth);
        if (isNode(key)) walk(key, local, depth);
        return;
      }
      case 'call': {
        const [name, given] = node.args as [string, Node[]];
        if (!functions.has(name)) throw new NotAllowed(`calls ${name}, which procedures do not have`);
        for (const argument of given) walk(argument, local, depth);
        return;
      }
      case 'rcall': {
        const [name, receiver, given] = node.args as [string, Node, Node[]];
        walk(receiver, local, depth);
        if (macros.has(name)) {
          walkMacro(given, local, depth + 1);
          return;
        }
        if (!methods.has(name)) throw new NotAllowed(`calls ${name}, which procedures do not have`);
        for (const argument of given) walk(argument, local, depth);
        return;
      }
      default:
        for (const child of nodesBelow(node.args)) walk(child, local, depth);
    }
  };

  const walkMacro = ([variable, ...body]: Node[], local: ReadonlySet<string>, depth: number): void => {
    if (depth > DEEPEST_MACRO)
      throw new NotAllowed(`nests map, filter and the like more than ${DEEPEST_MACRO} deep`);
    const name = variable?.op === 'id' ? String(variable.args) : '';
    // Two meanings of one name would hide which step is meant.
    if (variables.has(name)) throw new NotAllowed(`gives ${name} another meaning`);
    for (const each of body) walk(each, new Set([...local, name]), depth);
  };

  try {
    walk(ast as Node, new Set(), 0);
  } catch (error) {
    if (error instanceof NotAllowed) return { ok: false, problem: error.message };
    throw error;
  }
  return { ok: true, steps, usesItem };
}

function stepOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (isNode(key) && key.op === 'value' && typeof key.args === 'string') return key.args;
  throw new NotAllowed('does not say which step it means: write steps.<id>');
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function nodesBelow(args: unknown): Node[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(nodesBelow) : [];
}
