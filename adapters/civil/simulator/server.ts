import type { Server } from 'node:http';
import { createSoapServer, type SoapServerParts } from '../../soap/simulator/soap-server.js';
import { faultReply } from './execute.js';
import { type BehaviourSwitch, behaviours, parseControl } from './faults.js';
import type { FaultCode } from './protocol.js';

/** Everything the server needs; `start.ts` puts it together. */
export interface CivilServerParts
  extends Omit<SoapServerParts, 'soapVersion' | 'fault' | 'behaviours' | 'control'> {
  readonly behaviour: BehaviourSwitch;
}

/** The server of the civil registry: SOAP 1.1. */
export function createCivilServer(parts: CivilServerParts): Server {
  return createSoapServer({
    ...parts,
    soapVersion: '1.1',
    behaviours,
    // `parseControl` lets no other code through.
    fault: (code, message) => faultReply(code as FaultCode, message),
    control(json) {
      const parsed = parseControl(json);
      if (!parsed.ok) return parsed.reason;
      parts.behaviour.set(parsed.control);
      return undefined;
    },
  });
}
