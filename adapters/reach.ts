import net from 'node:net';
import tls from 'node:tls';

/**
 * Opens a connection and closes it again: name, network and (for `https:`) certificate are in order. Says
 * nothing about the service behind it.
 */
export function reach(
  target: URL,
  settings: { readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } },
  timing: { readonly connectTimeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  if (timing.signal.aborted) return Promise.resolve(false);
  const secure = target.protocol === 'https:';
  // URL keeps the brackets of an IPv6 literal, sockets want it without.
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port);
  return new Promise((resolve) => {
    const socket = secure
      ? tls.connect({
          host,
          port,
          minVersion: 'TLSv1.2',
          ...settings.tls,
          // A server name must not be an address (RFC 6066 §3).
          ...(net.isIP(host) === 0 ? { servername: host } : {}),
        })
      : net.connect({ host, port });
    const settle = (reached: boolean) => {
      clearTimeout(timer);
      timing.signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(reached);
    };
    const stop = () => settle(false);
    const timer = setTimeout(stop, timing.connectTimeoutMs);
    timing.signal.addEventListener('abort', stop, { once: true });
    socket.once(secure ? 'secureConnect' : 'connect', () => settle(true));
    // Stays attached: a reset may follow the verdict, and an unheard error event would end the process.
    socket.on('error', stop);
  });
}
