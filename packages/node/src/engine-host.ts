import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { createEngine, OptionsError, type Engine, type EventListener, type ResolvedOptions, type WarningCode } from '@ory-proxy/core';
import { readOutboundProxies } from './config/outbound-proxy.ts';
import { loadKeys } from './keys/load-keys.ts';
import { watchKeyFile } from './keys/watch-key-file.ts';
import { createPorts } from './ports.ts';
import { createTransport } from './upstream/transport.ts';

/** An engine with everything that it needs of Node. */
export interface EngineHost {
  readonly engine: Engine;
  /** Ends the connections to the app and Ory, and looks after no file any more. */
  close(): Promise<void>;
}

/** Loads keys and certificates and puts the engine on its ports. Rejects with an OptionsError for what cannot be loaded. */
export async function createEngineHost(options: ResolvedOptions, onEvent: EventListener | undefined): Promise<EngineHost> {
  const warn = (code: WarningCode, message: string): void => onEvent?.({ type: 'warning', code, message });
  const { connectTimeout, headTimeout, idleTimeout, trustProxy } = options;
  const [ca, loaded] = await Promise.all([loadAuthorities(options.caFile), loadKeys(options, warn)]);
  const transport = createTransport({ connectTimeout, headTimeout, idleTimeout, ca, findProxy: readOutboundProxies(process.env), onPoolReplaced: (message) => { warn('pool_replaced', message); } });
  const ports = createPorts({ transport, trustProxy });
  const engine = createEngine({ options, ports, keys: loaded?.keys, ...(onEvent === undefined ? {} : { onEvent }) });
  const stopWatching = loaded?.file === undefined ? undefined : watchKeyFile(loaded.file, {
    changed: (keys) => { engine.replaceKeys(keys); },
    refused: (reason) => { warn('keys_refused', `the signing keys stay as they are: ${reason}`); },
  });
  return {
    engine,
    close() {
      stopWatching?.();
      return transport.close();
    },
  };
}

async function loadAuthorities(caFile: string | undefined): Promise<readonly string[] | undefined> {
  if (caFile === undefined) return undefined;
  const pem = await readFile(caFile, 'utf8').catch(() => '');
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new OptionsError([{ option: 'caFile', message: `must be a readable PEM file of certificates; ${caFile} is not` }]);
  return [...rootCertificates, pem];
}
