import { parentPort, workerData } from 'node:worker_threads';
import type { ReadBodyTask } from './body-reader.js';
import { readBody, type SoapContract } from './read-body.js';
import { openSoapEncoding } from './soap-encoding.js';
import { compileXsd } from './xsd-validation.js';

/** Entry point of the threads of `body-reader.ts`: one task in, one answer out. */

const contract = workerData as SoapContract;
const open = { encoding: await openSoapEncoding(contract.wsdlPath), xsd: compileXsd(contract.xsdPath) };

// What came before waits in the port.
parentPort?.on('message', ({ expected, message }: ReadBodyTask) =>
  parentPort?.postMessage(readBody(contract, open, expected, message)),
);
