import type { QuerySettings } from '../config/catalogue-settings.js';
import type { Config, GrantSettings } from '../config/config.js';
import type { Decision, Envelope } from '../requests/request.js';
import { covers } from '../results/projection.js';

/** A client as the configuration knows it. */
export interface Client {
  readonly id: string;
  readonly municipality: string;
  readonly organisations: readonly string[];
}

/** May, or may not: a value with reasons, so that it can be stored, shown and tested. */
export type Authorisation =
  | { readonly allowed: true; readonly decision: Decision }
  | {
      readonly allowed: false;
      readonly code: 'not-granted' | 'field-not-granted';
      /** Indexes into `requestedFields` that no grant covers; only for `field-not-granted`. */
      readonly fields: readonly number[];
      /** For the log: which rule said no. The client is not told, lest it learn what others may do. */
      readonly rule: 'organisation' | 'service' | 'purpose' | 'fields';
    };

/** Decides whether a client may make a request; nothing is allowed that no grant allows. */
export type Authorise = (client: Client, service: QuerySettings, envelope: Envelope) => Authorisation;

export function createAuthorise(policies: Config['policies']): Authorise {
  const grantsOf = new Map(policies.map((policy) => [policy.client, policy.grants]));

  return (client, service, envelope) => {
    if (!client.organisations.includes(envelope.requester.organisation)) return refuse('organisation');
    const forService = (grantsOf.get(client.id) ?? []).filter((grant) => grant.service === service.code);
    if (forService.length === 0) return refuse('service');
    const forPurpose = forService.filter((grant) => grant.purposes.includes(envelope.purpose));
    if (forPurpose.length === 0) return refuse('purpose');
    const asked = envelope.requestedFields;
    const grant = asked
      ? forPurpose.find((candidate) => uncovered(candidate, asked).length === 0)
      : forPurpose[0];
    if (!grant) {
      // Named for the grant that comes nearest, so that the client sees as few of its own fields as possible.
      const missing = forPurpose
        .map((candidate) => uncovered(candidate, asked ?? []))
        .reduce((least, next) => (next.length < least.length ? next : least));
      return { allowed: false, code: 'field-not-granted', fields: missing, rule: 'fields' };
    }
    return {
      allowed: true,
      decision: {
        grant: grant.id,
        fields: asked ?? grant.fields,
        reasons: [
          `organisation ${envelope.requester.organisation} belongs to client ${client.id}`,
          `grant ${grant.id} covers service ${service.code}`,
          `grant ${grant.id} covers purpose ${envelope.purpose}`,
          asked ? `grant ${grant.id} covers the requested fields` : `no fields requested: those of the grant`,
        ],
      },
    };
  };
}

function refuse(rule: 'organisation' | 'service' | 'purpose'): Authorisation {
  return { allowed: false, code: 'not-granted', fields: [], rule };
}

function uncovered(grant: GrantSettings, asked: readonly string[]): number[] {
  return asked.flatMap((field, index) => (grant.fields.some((name) => covers(name, field)) ? [] : [index]));
}
