/** What one simulated REST registry knows; everything else is the same for all of them. */
export interface SimulatedRegistry {
  /** Stem of its key files, and `iss` of what it signs by `modi-rest`. */
  readonly name: string;
  /** Its OpenAPI document, absolute. */
  readonly openapiPath: string;
  /** Every code that it refuses with, and the status of each. */
  readonly refusals: Readonly<Record<string, number>>;
  /**
   * Answers a question that is valid by the document. The same question as of the same moment has the same answer.
   *
   * @param asOf RFC 3339 in UTC; goes into the answer.
   */
  answer(question: Question, asOf: string): Reply;
  /** A right answer to another question of the same kind, with nothing in it about this one's subject. */
  answerToAnother(question: Question, asOf: string): Reply;
  /** Operations that are executed each time that they come, whatever their message id. Default: none. */
  readonly acts?: readonly string[];
  /** For questions whose answer is not there at once: after so many milliseconds. */
  lateByMs?(question: Question): number | undefined;
}

export interface Question {
  readonly operationId: string;
  /** As signed, with `messageId` and `context`. */
  readonly body: QuestionBody;
}

export interface QuestionBody {
  readonly messageId: string;
  readonly context: { readonly caseId: string };
  readonly [member: string]: unknown;
}

/** `messageId` is added to both. */
export type Reply =
  | { readonly kind: 'answer'; readonly content: object }
  | { readonly kind: 'promise'; readonly ticket: string; readonly notBefore: string }
  | { readonly kind: 'refusal'; readonly code: string; readonly detail: string };
