import { join } from 'node:path';
import type {
  Identifier,
  Property,
  PropertyCard,
  PropertyOwnershipRecord,
} from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { CallbackVerdict } from '../adapter.js';
import { optionalChild, optionalText, text } from '../soap/decoded-content.js';
import { registryFaultOf } from '../soap/registry-fault.js';
import type { LateAnswers, SoapDefinition } from '../soap/soap-definition.js';
import {
  aboutParty,
  aboutProperty,
  notationOf,
  prohibitionOn,
  toOwnershipRecord,
  toPropertyCard,
} from './mapping.js';

/** Target namespace of the contract, and the stem of its actions. */
export const propertyNamespace = 'urn:al:ura:registry:property:v1';

/** The cadastre, as `contracts/registries/property/property.wsdl` describes it. */
export function propertyDefinition(packageRoot: string = findPackageRoot()): SoapDefinition {
  const folder = join(packageRoot, 'contracts', 'registries', 'property');
  return {
    name: 'property',
    wsdlPath: join(folder, 'property.wsdl'),
    xsdPath: join(folder, 'property.xsd'),
    soapVersion: '1.2',
    faultAction: `${propertyNamespace}/Fault`,
    refusalOf: registryFaultOf,
    operations: [
      {
        name: 'ownership',
        ...namedInWsdl('GetOwnership'),
        // Promised by the WSDL's documentation: a message id is executed once.
        idempotentByMessageId: true,
        evidenceType: 'property-ownership-record',
        toRequest: aboutParty,
        toEvidence: toOwnershipRecord,
        mismatch(evidence, { subject }) {
          const { query, properties } = evidence as PropertyOwnershipRecord;
          const isAsked = ({ scheme, notation }: Identifier) =>
            scheme === subject.scheme && notation === subject.notation;
          // A property that somebody else owns belongs into no certificate about this party.
          const isOwned = ({ owners }: Property) =>
            owners.some(({ party }) => party.identifier !== undefined && isAsked(party.identifier));
          return isAsked(query) && properties.every(isOwned) ? undefined : 'other-subject';
        },
      },
      {
        name: 'property-card',
        ...namedInWsdl('GetPropertyCard'),
        idempotentByMessageId: true,
        evidenceType: 'property-card',
        toRequest: aboutProperty,
        toEvidence: toPropertyCard,
        mismatch: (evidence, { subject }) =>
          notationOf((evidence as PropertyCard).property) === subject.notation ? undefined : 'other-subject',
      },
      {
        name: 'register-prohibition',
        ...namedInWsdl('RegisterProhibition'),
        // An act: each execution is an entry on the card.
        idempotentByMessageId: false,
        evidenceType: 'property-card',
        toRequest: prohibitionOn,
        toEvidence: toPropertyCard,
        mismatch(evidence, { subject }) {
          const { property } = evidence as PropertyCard;
          if (notationOf(property) !== subject.notation) return 'other-subject';
          return property.encumbrances.some(({ kind }) => kind === 'PROHIBITION') ? undefined : 'other-fact';
        },
      },
    ],
    later,
    status: {
      ...namedInWsdl('GetExecution'),
      toRequest: (question) => ({ RequestMessageId: question }),
      read: (content) => ({
        question: text(content, 'RequestMessageId'),
        isExecuted: optionalChild(content, 'NotExecuted') === undefined,
      }),
    },
  };
}

const later: LateAnswers = {
  ticketUnknown: 'TICKET_UNKNOWN',
  takenIn(content) {
    const taken = optionalChild(content, 'Taken');
    if (taken === undefined) return undefined;
    const { notBefore } = optionalText(taken, 'NotBefore', 'notBefore');
    return {
      ticket: text(taken, 'Ticket'),
      ...(notBefore === undefined ? {} : { notBefore: Date.parse(notBefore) }),
    };
  },
  quotedIn: (content) => ({
    messageId: text(content, 'RequestMessageId'),
    ticket: text(content, 'Ticket'),
  }),
  poll: {
    ...namedInWsdl('GetAnswer'),
    toRequest: ({ messageId, ticket }) => ({ RequestMessageId: messageId, Ticket: ticket }),
  },
  callback: {
    ...namedInWsdl('DeliverAnswer'),
    questionElement: 'RequestMessageId',
    toAcknowledgement: (question) => ({ RequestMessageId: question }),
    toFault(verdict) {
      const [code, reason] = deliveryFaults[verdict];
      const detail = `<Code>${code}</Code><Message>${reason}</Message>`;
      return { reason, detail: `<DeliveryFault xmlns="${propertyNamespace}">${detail}</DeliveryFault>` };
    },
  },
};

const deliveryFaults: Readonly<
  Record<Exclude<CallbackVerdict, 'taken'>, readonly [code: string, reason: string]>
> = {
  'unknown-request': ['UNKNOWN_REQUEST', 'No such question was asked.'],
  'already-finished': ['ALREADY_FINISHED', 'The question has its answer already, or was given up.'],
  'not-accepted': ['NOT_ACCEPTED', 'This is no answer to the question.'],
};

function namedInWsdl(soapOperation: string) {
  return {
    soapOperation,
    soapAction: `${propertyNamespace}/${soapOperation}`,
    replyAction: `${propertyNamespace}/${soapOperation}Response`,
  };
}
