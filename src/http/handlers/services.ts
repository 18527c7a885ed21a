import { negotiateLanguage } from '../../catalogue/language.js';
import type { Query } from '../../catalogue/queries.js';
import type { ServiceSettings } from '../../config/catalogue-settings.js';
import type { Snapshot } from '../../config/snapshot.js';
import { UraError } from '../../errors.js';
import type { Handler } from '../exchange.js';
import { senderOf } from './sender.js';
import { toServiceResource } from './service-resource.js';

export interface ServiceHandlerParts {
  /** The configuration in use at this moment. */
  readonly current: () => Pick<Snapshot, 'queries' | 'services' | 'meaning'>;
  readonly registryState: (adapter: string) => { state: 'up' | 'impaired' | 'unknown'; since?: number };
}

/** `GET /v1/services` and `GET /v1/services/{code}` */
export function serviceHandlers(parts: ServiceHandlerParts): Record<string, Handler> {
  const toQuery = ({ settings }: Query, { meaning }: Pick<Snapshot, 'meaning'>): object => {
    const { state, since } = parts.registryState(settings.adapter);
    return {
      kind: 'query',
      code: settings.code,
      name: settings.name,
      registry: settings.adapter,
      operation: settings.operation,
      subjectSchemes: settings.subjectSchemes,
      evidenceType: meaning.evidenceTypeOf(settings.code),
      parameters: settings.parameters,
      registryState: { state, ...(since === undefined ? {} : { since: new Date(since).toISOString() }) },
    };
  };
  return {
    listServices: async (call) => {
      const { kind, group, municipality } = call.operation.query;
      const snapshot = parts.current();
      const { queries, services } = snapshot;
      if (municipality !== undefined) services.municipality(municipality);
      const administrative = services.national.filter(
        (service) =>
          (group === undefined || service.group === group) &&
          (municipality === undefined || services.isOffered(municipality, service.code)),
      );
      return {
        status: 200,
        body: {
          groups: services.groups,
          items: [
            // Queries belong to no group, and are the same everywhere.
            ...(kind === 'administrative' || group !== undefined
              ? []
              : [...queries.values()].map((query) => toQuery(query, snapshot))),
            ...(kind === 'query' ? [] : administrative.map(toSummary)),
          ],
        },
      };
    },
    getService: async (call) => {
      const code = call.operation.path.code as string;
      const snapshot = parts.current();
      const { queries, services } = snapshot;
      const asked = call.operation.query.municipality;
      if (asked !== undefined) services.municipality(asked);
      const query = queries.get(code);
      if (query) return { status: 200, body: toQuery(query, snapshot) };
      if (!services.has(code)) throw new UraError('unknown-service', 'GET /v1/services lists the services.');
      const municipality = asked ?? senderOf(call).client.municipality;
      const language = negotiateLanguage(call.headers['accept-language']);
      return {
        status: 200,
        headers: { 'content-language': language, vary: 'accept-language' },
        body: toServiceResource(services.effective(municipality, code), queries, language),
      };
    },
  };
}

function toSummary({ code, group, name, illustrative = false }: ServiceSettings): object {
  return { kind: 'administrative', code, group, name, illustrative };
}
