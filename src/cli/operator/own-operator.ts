import { readConfig } from '../../config/read-config.js';
import { configFolderOf, dataFolderOf } from '../../environment.js';
import { fileSigner } from '../../signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../signing/key-files.js';
import type { Signer, TrustedKey } from '../../signing/signer.js';

/** The keys with which the command line speaks as an operator: its own, and the gateway's pinned one. */
export interface OwnOperator {
  readonly id: string;
  readonly signer: Signer;
  readonly gatewayKeys: readonly TrustedKey[];
}

/** The one of the configuration that comes with Ura. */
const developmentOperator = 'operations';

/**
 * Finds an operator in the configuration, and its private key beside the public one.
 *
 * @param options.as id of the operator. Default: the only one, or the one of the demo.
 * @param options.key private key file; default: the configured public key's file with `.private.` for `.public.`.
 * @param options.gatewayKey the gateway's public key file; default: the one beside the gateway's private key.
 * @throws {Error} saying what is missing.
 */
export async function openOwnOperator(
  variables: Readonly<Record<string, string | undefined>>,
  options: { readonly as?: string; readonly key?: string; readonly gatewayKey?: string },
): Promise<OwnOperator> {
  const { operators, gateway } = await readConfig(configFolderOf(variables), {
    ...variables,
    URA_DATA: dataFolderOf(variables),
  });
  const wanted = options.as ?? variables.URA_OPERATOR;
  const operator =
    wanted === undefined && operators.length === 1
      ? operators[0]
      : operators.find(({ id }) => id === (wanted ?? developmentOperator));
  if (!operator) {
    const known = operators.map(({ id, name }) => `${id} (${name})`).join(', ');
    if (operators.length === 0)
      throw new Error('the configuration has no operator: make a file in operators/');
    throw new Error(
      wanted === undefined
        ? `say as which operator, by --as or URA_OPERATOR; there are ${known}`
        : `there is no operator ${wanted}; there are ${known}`,
    );
  }
  const publicFile = operator.keys[0] as string;
  const file = options.key ?? variables.URA_OPERATOR_KEY ?? publicFile.replace('.public.', '.private.');
  const gatewayFile = options.gatewayKey ?? gateway.keys.http.replace('.private.', '.public.');
  return {
    id: operator.id,
    signer: fileSigner(await readPrivateKeyFile(file)),
    gatewayKeys: [await readTrustedKeyFile(gatewayFile, { partner: 'gateway' })],
  };
}
