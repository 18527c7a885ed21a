import { camel, pascal, spoken } from './names.js';
import { soapMapping } from './soap-mapping.js';
import type { SoapPlan, SoapPlannedOperation } from './soap-plan.js';
import { soapRegister } from './soap-register.js';

/** The sources of a SOAP adapter, by path. */
export function soapSources(plan: SoapPlan): Record<string, string> {
  const { name } = plan;
  return {
    [`adapters/${name}/index.ts`]: index(plan),
    [`adapters/${name}/definition.ts`]: definition(plan),
    [`adapters/${name}/mapping.ts`]: soapMapping(plan),
    [`adapters/${name}/simulator/register.ts`]: soapRegister(plan),
    [`adapters/${name}/simulator/kind.ts`]: simulatorKind(plan),
  };
}

function index({ name, operations, soapVersion }: SoapPlan): string {
  const names = operations.map((each) => `\`${each.name}\``).join(', ');
  return `import { defineAdapter } from '../define-adapter.js';
import { ${camel(name)}Definition } from './definition.js';

/** The ${spoken(name)} over signed SOAP ${soapVersion}. Operations: ${names}. */
export const ${camel(name)} = defineAdapter({
  name: '${name}',
  protocol: 'soap',
  definition: ${camel(name)}Definition,
  simulator: async () => (await import('./simulator/kind.js')).${camel(name)}Simulator,
});
`;
}

function definition({ name, namespace, operations, soapVersion, faultAction }: SoapPlan): string {
  const imported = operations.flatMap((each) => [toRequest(each), toEvidence(each)]).sort();
  const entries = operations.map((each) => {
    const repeated = each.repeated.length === 0 ? '' : `, ${JSON.stringify(each.repeated)}`;
    return `      {
        name: '${each.name}',
        soapOperation: '${each.soapOperation}',
        soapAction: '${each.soapAction}',
        replyAction: '${each.replyAction}',
        evidenceType: '${each.evidenceType}',
        // Promised by the WSDL's documentation: a message id is executed once.
        idempotentByMessageId: true,
        toRequest: ${toRequest(each)},
        toEvidence: ${toEvidence(each)},
        mismatch: (evidence, exchange) =>
          mismatchOf(evidence as ReturnType<typeof ${toEvidence(each)}>, exchange${repeated}),
      },
`;
  });
  return `import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';
import { mismatchOf } from '../mapping.js';
import { registryFaultOf } from '../soap/registry-fault.js';
import type { SoapDefinition } from '../soap/soap-definition.js';
import { ${imported.join(', ')} } from './mapping.js';

/** Target namespace of the contract. */
export const ${camel(name)}Namespace = '${namespace}';

/** The ${spoken(name)}, as \`contracts/registries/${name}/${name}.wsdl\` describes it. */
export function ${camel(name)}Definition(packageRoot: string = findPackageRoot()): SoapDefinition {
  const folder = join(packageRoot, 'contracts', 'registries', '${name}');
  return {
    name: '${name}',
    wsdlPath: join(folder, '${name}.wsdl'),
    xsdPath: join(folder, '${name}.xsd'),
    soapVersion: '${soapVersion}',
    faultAction: '${faultAction}',
    refusalOf: registryFaultOf,
    operations: [
${entries.join('')}    ],
  };
}
`;
}

function simulatorKind({ name, operations, port }: SoapPlan): string {
  const samples = operations.map((each) => {
    const required = each.parameters.filter((member) => member.required);
    const parameters = Object.fromEntries(required.map(({ key, example }) => [key, example]));
    return `  ...samplesOf(population, '${each.name}', '${each.scheme}', ${JSON.stringify(parameters)}${each.notFound === undefined ? ', false' : ''}),
`;
  });
  return `import { samplesOf } from '../../simulated-subjects.js';
import { soapSimulatorKind } from '../../soap/simulator/kind.js';
import { ${camel(name)}Register } from './register.js';

/** The simulated ${spoken(name)}: \`wss-x509-integrity\` both ways, the people of the civil register. */
export const ${camel(name)}Simulator = soapSimulatorKind({
  defaultPort: ${port},
  key: '${name}-wss',
  registry: ${camel(name)}Register,
  samples: (population) => [
${samples.join('')}  ],
});
`;
}

export const toRequest = ({ soapOperation }: SoapPlannedOperation) => `to${pascal(soapOperation)}`;
export const toEvidence = ({ soapOperation }: SoapPlannedOperation) => `to${pascal(soapOperation)}Evidence`;
