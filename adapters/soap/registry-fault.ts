import { child, text, UnexpectedContent } from './decoded-content.js';
import type { RegistryRefusal } from './soap-definition.js';

/**
 * Reads the fault detail of this project's own contracts: `RegistryFault` with `Code` and `Message`; `BUSY` says that
 * nothing was executed.
 *
 * @returns undefined for any other detail.
 */
export function registryFaultOf(detail: unknown): RegistryRefusal | 'busy' | undefined {
  try {
    const fault = child(detail, 'RegistryFault');
    const code = text(fault, 'Code');
    return code === 'BUSY' ? 'busy' : { code, message: text(fault, 'Message') };
  } catch (error) {
    if (error instanceof UnexpectedContent) return undefined;
    throw error;
  }
}
