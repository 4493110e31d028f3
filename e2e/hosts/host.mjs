// What all host programs share: they are told options over the pipe, start their adapter with them (in place of the one that runs), and
// answer with its origin.
import { withFunctions } from '../fixtures/functions.mjs';

/**
 * @param {(start: { options: object, appOrigin?: string, tls?: boolean, onEvent: (event: object) => void, onAppRequest: (request: object) => void })
 *   => Promise<{ origin: string, versions: object, close: () => Promise<void>, app?: Record<string, (message: object) => void> }>} start
 */
export function serveHost(start) {
  const send = (message) => { if (process.connected) process.send(message); };
  let host;
  const handlers = {
    async start(message) {
      try {
        await host?.close();
        host = undefined;
        host = await start({
          ...message, options: withFunctions(message.options),
          onEvent: (event) => { send({ type: 'event', event }); },
          onAppRequest: (request) => { send({ type: 'app-request', request }); },
        });
        send({ type: 'ready', origin: host.origin, pid: process.pid, versions: host.versions });
      } catch (error) {
        send({ type: 'refused', message: error instanceof Error ? error.message : String(error) });
      }
    },
    async close() {
      await host?.close();
      process.disconnect();
    },
  };
  process.on('message', (message) => {
    const handle = handlers[message.type];
    if (handle !== undefined) { void handle(message); return; }
    host?.app?.[message.type]?.(message);
    send({ type: 'done', id: message.id });
  });
  process.on('disconnect', () => { setTimeout(() => { process.exit(1); }, 5000).unref(); });
}
