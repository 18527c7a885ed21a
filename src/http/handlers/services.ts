import type { Catalogue, Service } from '../../catalogue/catalogue.js';
import { UraError } from '../../errors.js';
import type { Handler } from '../exchange.js';

export interface ServiceHandlerParts {
  readonly catalogue: Catalogue;
  readonly evidenceTypeOf: (service: string) => string;
  readonly registryState: (adapter: string) => { state: 'up' | 'impaired' | 'unknown'; since?: number };
}

/** `GET /v1/services` and `GET /v1/services/{code}` */
export function serviceHandlers(parts: ServiceHandlerParts): Record<string, Handler> {
  const toJson = ({ settings }: Service): Record<string, unknown> => {
    const { state, since } = parts.registryState(settings.adapter);
    return {
      code: settings.code,
      name: settings.name,
      registry: settings.adapter,
      operation: settings.operation,
      subjectSchemes: settings.subjectSchemes,
      evidenceType: parts.evidenceTypeOf(settings.code),
      parameters: settings.parameters,
      registryState: { state, ...(since === undefined ? {} : { since: new Date(since).toISOString() }) },
    };
  };
  return {
    listServices: async () => ({ status: 200, body: { items: [...parts.catalogue.values()].map(toJson) } }),
    getService: async (call) => {
      const service = parts.catalogue.get(call.operation.path.code as string);
      if (!service)
        throw new UraError('unknown-service', 'GET /v1/services lists the services that can be asked.');
      return { status: 200, body: toJson(service) };
    },
  };
}
