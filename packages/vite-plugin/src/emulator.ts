import type { Seed } from '@ory-proxy/emulator';
import type { EmulatorStart } from '@ory-proxy/node';
import type { PreviewServer, ViteDevServer } from 'vite';

/** An account to log in with at once, where the settings have no identities of their own. */
const account = { traits: { email: 'dev@example.org' }, password: 'correct-horse-battery' };

/** Starts the embedded emulator for a server that listens: where its flows may return to are the origins that the server has by then. */
export async function startEmulatorFor(server: ViteDevServer | PreviewServer, { seed, ...start }: EmulatorStart): Promise<{ url: string; close(): Promise<void> }> {
  const { startEmulator } = await import('@ory-proxy/emulator');
  const { resolvedUrls, config } = server;
  const urls = resolvedUrls === null ? [`http://localhost:${config.server.port}`] : [...resolvedUrls.local, ...resolvedUrls.network];
  const origins = urls.map((url) => new URL(url).origin);
  const home = `${origins[0] ?? 'http://localhost:5173'}${config.base}`;
  const hasAccount = seed === undefined && start.config === undefined;
  const identities = hasAccount ? { identities: [account] } : seed as Seed | undefined; // the emulator checks it
  const emulator = await startEmulator({
    ...start, ...(identities === undefined ? {} : { seed: identities }), defaultReturnUrl: home, afterLogoutUrl: home, allowedReturnUrls: origins,
    // `vite preview` sets NODE_ENV=production by itself, for an app that is not published by it.
    unsafelyAllowProduction: server.config.command === 'serve',
    onWarning: (text) => config.logger.warn(`[ory-proxy] emulator: ${text}`, { timestamp: true }),
  });
  if (hasAccount) config.logger.info(`[ory-proxy] emulated Ory: log in as ${account.traits.email}, password ${account.password}`, { timestamp: true });
  return emulator;
}
