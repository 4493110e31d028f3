// An emulator with one session, whose token everybody knows.
import { startEmulator } from '@ory-proxy/emulator';
import { ready } from './target.mjs';
import { token } from './emulator-session.mjs';

const emulator = await startEmulator({ port: 0, seed: { identities: [{ traits: { email: 'dev@example.org' }, sessions: [{ token }] }] } });
ready(emulator.url);
