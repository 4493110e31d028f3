// Jest loads this file as a module, whatever its tests are; they find the emulator by the environment.
import { startEmulator } from '@ory-proxy/emulator';

const identities = [
  { traits: { email: 'ada@example.org', name: 'Ada' }, sessions: [{ token: 'ory_st_adaadaadaadaadaadaadaadaadaada01' }] },
];

export default async function start() {
  globalThis.emulator = await startEmulator({ port: 0, seed: { identities } });
  process.env.ORY_URL = globalThis.emulator.url;
}
