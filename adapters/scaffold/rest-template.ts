import { pascal, spoken } from './names.js';

/** An OpenAPI document to begin with: one operation about a person, with everything that `adapters/rest/` needs. */
export function restTemplate(name: string, port: number): string {
  const title = spoken(name);
  return `openapi: 3.1.0
info:
  title: ${pascal(name).replace(/([a-z])([A-Z])/g, '$1 $2')}
  version: 1.0.0
  license:
    name: EUPL-1.2
    url: https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12
  description: |
    The ${title}, as a contract to begin with. It is nobody's published contract.

    Questions and answers are signed, refusals too (\`http-sig\`: RFC 9421 with RFC 9530; an answer signs the signature
    of its question along). Every operation is a POST whose body says everything, so that the digest covers all of
    it. \`messageId\` names the question: the registry executes it once and gives its stored answer to a repetition; the
    same id with another question is a BAD_REQUEST. Only an answer to a question whose signature was not accepted is
    unsigned.
servers:
  - url: http://127.0.0.1:${port}/v1
    description: The simulated registry
paths:
  /entries:
    post:
      operationId: entry
      summary: What the register says about a person
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/EntryQuestion" }
      responses:
        "200":
          description: The entry, as of the moment when the question was executed.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Entry" }
        "400":
          description: The question is not valid, or its messageId was used for another one.
          content:
            application/problem+json:
              schema: { $ref: "#/components/schemas/BadRequest" }
        "404":
          description: The register has nothing about this person.
          content:
            application/problem+json:
              schema: { $ref: "#/components/schemas/EntryNotFound" }
        "503":
          description: Busy; nothing was executed.
          content:
            application/problem+json:
              schema: { $ref: "#/components/schemas/Busy" }
components:
  schemas:
    EntryQuestion:
      type: object
      additionalProperties: false
      required: [messageId, context, nid]
      properties:
        messageId: { $ref: "#/components/schemas/MessageId" }
        context: { $ref: "#/components/schemas/Context" }
        nid: { $ref: "#/components/schemas/Nid" }
        language: { $ref: "#/components/schemas/Language" }
    Entry:
      type: object
      additionalProperties: false
      required: [messageId, nid, reference, status, issuedAt]
      properties:
        messageId: { $ref: "#/components/schemas/MessageId" }
        nid: { $ref: "#/components/schemas/Nid" }
        reference: { type: string, pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$" }
        status: { type: string, enum: [ACTIVE, CLOSED] }
        issuedAt: { $ref: "#/components/schemas/Moment" }
    Language: { type: string, enum: [sq, en] }
    Context:
      description: Why is asked, and who asks. The officer is named from end to end.
      type: object
      additionalProperties: false
      required: [purpose, legalBasis, caseId, requester]
      properties:
        purpose: { type: string, pattern: "^[a-z][a-z0-9-]{1,63}$" }
        legalBasis: { $ref: "#/components/schemas/Text" }
        consentRef: { $ref: "#/components/schemas/Text" }
        caseId: { $ref: "#/components/schemas/Text" }
        requester:
          type: object
          additionalProperties: false
          required: [organisation, officer, unit]
          properties:
            organisation: { $ref: "#/components/schemas/Text" }
            officer: { $ref: "#/components/schemas/Text" }
            unit: { $ref: "#/components/schemas/Text" }
    MessageId:
      description: Names the question, over all its repetitions; the registry executes it once.
      type: string
      pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    Text: { type: string, minLength: 1, maxLength: 300, pattern: "^[^\\\\p{Cc}]+$" }
    Moment:
      description: In UTC.
      type: string
      format: date-time
      pattern: "Z$"
    Nid: { type: string, pattern: "^[0-9A-T][0-9]{8}[A-W]$" }
${problem('BadRequest', 400, 'BAD_REQUEST')}${problem('EntryNotFound', 404, 'ENTRY_NOT_FOUND')}${problem('Busy', 503, 'BUSY')}`;
}

function problem(schema: string, status: number, code: string): string {
  return `    ${schema}:
      type: object
      additionalProperties: false
      required: [messageId, type, title, status, detail, code]
      properties:
        messageId: { $ref: "#/components/schemas/MessageId" }
        type: { type: string }
        title: { $ref: "#/components/schemas/Text" }
        status: { const: ${status} }
        detail: { $ref: "#/components/schemas/Text" }
        code: { const: ${code} }
`;
}
