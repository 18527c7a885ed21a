import { inline, type Schema } from './json-schema.js';
import { camel, pascal, spoken } from './names.js';
import type { Member, Plan, PlannedOperation } from './plan.js';

/** What is the same for both protocols: canonical schemas, settings, queries and README, by path. */
export function commonFiles(
  plan: Plan & { readonly protocol: 'soap' | 'rest' },
  contractPath: string,
  freeCode: (serial: number) => string,
): Record<string, string> {
  const { name, operations } = plan;
  return {
    ...Object.fromEntries(
      operations.map((each) => [
        `contracts/canonical/${each.evidenceType}.schema.json`,
        json(canonicalSchema(name, each)),
      ]),
    ),
    [`config/adapters/${name}.json`]: json(settings(plan)),
    [`config/queries/${name}.json`]: json(queries(plan, freeCode)),
    [`adapters/${name}/README.md`]: readme(plan, contractPath),
  };
}

/** The answer under its own names, with the subject as every contract here writes it. */
function canonicalSchema(adapter: string, { evidenceType, name, answer }: PlannedOperation): object {
  const title = `${pascal(adapter).replace(/([a-z])([A-Z])/g, '$1 $2')}: ${spoken(name)}`;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://ura.example/contracts/canonical/v1/${evidenceType}.schema.json`,
    title,
    description: `What the ${spoken(adapter)} answers to the question ${name}.`,
    'x-term': 'cccev:Evidence',
    type: 'object',
    additionalProperties: false,
    required: ['subject', ...answer.filter(({ required }) => required).map(({ key }) => key)],
    properties: {
      subject: {
        title: 'Subject',
        description: 'Whom or what it is about.',
        'x-term': 'cccev:isAbout',
        $ref: 'identifier.schema.json',
      },
      ...Object.fromEntries(answer.map((member) => [member.key, described(member)])),
    },
  };
}

function described({ key, schema }: Member): object {
  const title = spoken(key).replace(/^./, (letter) => letter.toUpperCase());
  return { title, 'x-term': `al:${camel(key)}`, ...schema };
}

function settings({ name, protocol, port }: Plan & { readonly protocol: 'soap' | 'rest' }): object {
  const variable = `URA_${name.toUpperCase().replaceAll('-', '_')}_URL`;
  const path = protocol === 'soap' ? 'soap' : 'v1';
  const key = protocol === 'soap' ? `${name}-wss.cert.pem` : `${name}.public.jwk.json`;
  return {
    $schema: '../schemas/adapter.schema.json',
    name,
    endpoint: `\${${variable}:-http://127.0.0.1:${port}/${path}}`,
    to: protocol === 'soap' ? `urn:al:ura:registry:${name}` : `https://${name}.example/v1`,
    profile: protocol === 'soap' ? 'wss-x509-integrity' : 'http-sig',
    trust: [`\${URA_DATA}/keys/${key}`],
    connectTimeoutMs: 3000,
    callTimeoutMs: 15000,
    concurrency: 8,
    queueLimit: 128,
    retry: { baseMs: 1000, capMs: 60000, maxInvalidAttempts: 3 },
  };
}

function queries({ name, operations }: Plan, freeCode: (serial: number) => string): object {
  return {
    $schema: '../schemas/query.schema.json',
    registry: name,
    services: operations.map((each, serial) => ({
      code: freeCode(serial),
      name: {
        sq: `Regjistri ${spoken(name)}: ${spoken(each.name)}`,
        en: `Registry ${spoken(name)}: ${spoken(each.name)}`,
      },
      illustrative: true,
      adapter: name,
      operation: each.name,
      subjectSchemes: [each.scheme],
      parameters: {
        type: 'object',
        additionalProperties: false,
        required: each.parameters.filter(({ required }) => required).map(({ key }) => key),
        properties: Object.fromEntries(each.parameters.map(parameter)),
      },
    })),
  };
}

function parameter({ key, schema }: Member): [string, Schema] {
  return [key, { title: spoken(key).replace(/^./, (letter) => letter.toUpperCase()), ...inline(schema, {}) }];
}

function readme(
  { name, operations, port, protocol }: Plan & { readonly protocol: string },
  contract: string,
): string {
  const rows = operations.map(({ name: operation, scheme, evidenceType, parameters }) => {
    const given = parameters
      .map(({ key, required }) => `\`${key}\`${required ? ', required' : ''}`)
      .join('; ');
    return `| \`${operation}\` | ${scheme} | \`${evidenceType}\` | ${given || 'none'} |`;
  });
  const profile = protocol === 'soap' ? '`wss-x509-integrity`' : '`http-sig`';
  return `# Adapter \`${name}\`

The ${spoken(name)} over ${protocol.toUpperCase()}, signed both ways by ${profile}, by its [contract](../../${contract}).

| operation | subject | answers with | parameters |
| --------- | ------- | ------------ | ---------- |
${rows.join('\n')}

An answer about another subject than the one that was asked for, or that repeats another parameter, is \`invalid\`. All
other outcomes are those of every registry of this protocol (see [${protocol}](../${protocol === 'soap' ? 'civil' : 'rest'}/README.md)).

## Files

- \`definition.ts\`: the operations, and what an answer must be about
- \`mapping.ts\`: canonical JSON to the contract's words and back
- \`simulator/\`: a register to develop and test against (\`ura simulate ${name}\`, port ${port}); what it says about everybody stands in \`simulator/register.ts\`
- \`config/adapters/${name}.json\`, \`config/queries/${name}.json\`: where it is asked, and what can be asked
- \`tests/golden/${name}/\`: messages and what becomes of them
`;
}

/** As Biome writes JSON nearly; \`npm run format\` does the rest. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
