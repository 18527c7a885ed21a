import type { Adapter } from '../../adapters/adapter.js';
import type { AdapterKind, SoapKind } from '../../adapters/adapter-kind.js';
import { adapterKinds } from '../../adapters/index.js';

/**
 * Takes away, from the next gateway that is started in this process, the promise of the civil registry to execute a
 * message id once: a lost answer is then `held` by the dispatcher itself, as with registries that promise nothing.
 *
 * @returns puts the promise back.
 */
export function withoutPromise(): () => void {
  const kinds = adapterKinds as Record<string, AdapterKind>;
  const civil = kinds.civil as SoapKind;
  const changed: SoapKind = {
    ...civil,
    create: async (connection, parts) => unrepeatable(await civil.create(connection, parts)),
  };
  kinds.civil = changed;
  return () => {
    kinds.civil = civil;
  };
}

function unrepeatable(adapter: Adapter): Adapter {
  const operations = new Map(
    [...adapter.operations].map(([name, operation]) => [
      name,
      { ...operation, idempotentByMessageId: false },
    ]),
  );
  return {
    name: adapter.name,
    operations,
    call: (exchange, signal) => adapter.call(exchange, signal),
    probe: (signal) => adapter.probe(signal),
    close: () => adapter.close(),
  };
}
