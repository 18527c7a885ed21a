import { disconnectWithin, type KafkaConnection, openProducer, plainSettings } from './rdkafka.js';

/**
 * Whether a broker answers a metadata question within the bound. Opens a connection of its own and closes it,
 * some ten milliseconds of work, so a caller that is asked often keeps the answer for a second or two.
 * Never throws; a refused login or a broken TLS handshake counts as not reachable.
 */
export async function isReachable(connection: KafkaConnection, timeoutMs: number): Promise<boolean> {
  try {
    const { producer } = await openProducer(connection, plainSettings, timeoutMs);
    await disconnectWithin(producer, timeoutMs);
    return true;
  } catch {
    return false;
  }
}
