// The standalone proxy, by its programmatic form.
import { createOryProxy } from '@ory-proxy/node';
import { startEmulator } from '@ory-proxy/emulator';
import { serveHost } from './host.mjs';

serveHost(async ({ options, appOrigin, onEvent }) => {
  const proxy = createOryProxy({ upstream: appOrigin, port: 0, ...options }, { onEvent, startEmulator });
  const { origin, port } = await proxy.listen();
  // The public URL may be somebody else's origin; the driver wants the address to connect to.
  return { origin: options.publicUrl === undefined ? origin : `http://localhost:${port}`, versions: {}, close: () => proxy.close({ now: true }) };
});
