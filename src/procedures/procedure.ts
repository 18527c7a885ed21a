import type { ProcedureSettings, Step, Text } from '../config/catalogue-settings.js';

export type { Step, Text };
export type Procedure = ProcedureSettings;

/** A procedure as one municipality offers it. A case keeps the one that it started with. */
export interface ProcedureDefinition {
  /** Code of the administrative service. */
  readonly code: string;
  readonly name: Text;
  /** Names the content: another content has another version. */
  readonly version: string;
  /** The time that the law gives the office, by the service's card. Absent in cases of before it was kept. */
  readonly workingDays?: number;
  readonly procedure: Procedure;
}

/** Where procedures come from. */
export interface ProcedureCatalogue {
  find(serviceCode: string, municipality: string): ProcedureDefinition | 'unknown' | 'not-offered';
}
