import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { startEmulator } from '@ory-proxy/emulator';
import { toCsrfCookieName } from './csrf.ts';
import { send, type Answer, type Sent } from './http.ts';
import { json, read } from './json.ts';
import { loadProfile, readContractFile, type LoadedProfile, type Profile } from './profiles.ts';

/** A running Kratos, or something that has to behave like one. */
export interface Target extends AsyncDisposable {
  /** What Kratos calls BASE: the configured public URL, with its trailing slash. */
  readonly baseUrl: string;
  /** Where it listens, for clients that cannot be given a `Host`. */
  readonly url: string;
  readonly sessionCookieName: string;
  readonly csrfCookieName: string;
  readonly publicKeys: LoadedProfile['publicKeys'];
  /** A request to the public port, addressed to BASE unless a `Host` is given. */
  call(sent: Sent): Promise<Answer>;
  /** A request to the admin port. */
  callAdmin(sent: Sent): Promise<Answer>;
  /** The code in the newest message to an address. */
  readCode(email: string): Promise<string>;
  /** The target's time, in milliseconds since the epoch. */
  now(): number;
  /** Returns when this much time has passed for the target. */
  elapse(milliseconds: number): Promise<void>;
}

/**
 * The Kratos that `KRATOS_PUBLIC_URL` and `KRATOS_ADMIN_URL` (`KRATOS_B_…`, `KRATOS_C_…` for the other profiles) name,
 * else an emulator of its own.
 */
export async function openTarget(profile: Profile): Promise<Target> {
  const { publicUrl, adminUrl } = readGiven(profile);
  if (publicUrl !== undefined && adminUrl !== undefined) return openKratos(publicUrl, adminUrl);
  if (isGiven('a')) throw new Error(`a Kratos is given for profile a, but none for profile ${profile}`);
  return openEmulator(profile);
}

/** Whether a real Kratos is given for a profile. */
export function isGiven(profile: Profile): boolean {
  return readGiven(profile).publicUrl !== undefined;
}

function readGiven(profile: Profile): { publicUrl: string | undefined; adminUrl: string | undefined } {
  const prefix = profile === 'a' ? 'KRATOS' : `KRATOS_${profile.toUpperCase()}`;
  return { publicUrl: process.env[`${prefix}_PUBLIC_URL`], adminUrl: process.env[`${prefix}_ADMIN_URL`] };
}

async function openEmulator(profile: Profile): Promise<Target> {
  const { configurations, publicBaseUrl, adminBaseUrl, publicKeys } = loadProfile(profile);
  const emulator = await startEmulator({ port: 0, adminPort: 0, baseUrl: publicBaseUrl, config: configurations, clock: createTickingClock() });
  return {
    ...describeTarget(publicBaseUrl, publicKeys),
    url: emulator.url,
    call: (sent) => send(emulator.url, withHost(sent, publicBaseUrl)),
    callAdmin: (sent) => send(toAdminUrl(emulator.adminUrl), withHost(sent, adminBaseUrl)),
    readCode: async (email) => emulator.control.outbox.latest(email)?.code ?? '',
    now: () => emulator.control.now(),
    elapse: async (milliseconds) => emulator.control.advance(milliseconds),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** Moves by a millisecond when it is read, and not otherwise: no test depends on the speed of the machine, and no two readings are equal. */
function createTickingClock(): () => number {
  let now = Date.now();
  return () => (now += 1);
}

async function openKratos(publicUrl: string, adminUrl: string): Promise<Target> {
  const publicBaseUrl = new URL(publicUrl).href;
  return {
    ...describeTarget(publicBaseUrl, readGivenKeys()),
    url: publicUrl,
    call: (sent) => send(publicUrl, withHost(sent, publicUrl)),
    callAdmin: (sent) => send(adminUrl, withHost(sent, adminUrl)),
    readCode: async (email) => findCode(await send(adminUrl, { path: `/admin/courier/messages?recipient=${encodeURIComponent(email)}` })),
    now: () => Date.now(),
    elapse: (milliseconds) => wait(milliseconds),
    [Symbol.asyncDispose]: async () => {},
  };
}

function describeTarget(baseUrl: string, publicKeys: LoadedProfile['publicKeys']): Pick<Target, 'baseUrl' | 'sessionCookieName' | 'csrfCookieName' | 'publicKeys'> {
  return { baseUrl, sessionCookieName: 'ory_kratos_session', csrfCookieName: toCsrfCookieName(baseUrl), publicKeys };
}

function readGivenKeys(): LoadedProfile['publicKeys'] {
  if (!existsSync(new URL('jwks.json', import.meta.url))) return { keys: [] };
  const { keys } = JSON.parse(readContractFile('jwks.json')) as LoadedProfile['publicKeys'];
  return { keys: keys.map((key) => Object.fromEntries(Object.entries(key).filter(([name]) => name !== 'd'))) };
}

/** Kratos lists the newest message first. */
function findCode(messages: Answer): string {
  const body = read(json(messages), 0, 'body');
  return typeof body === 'string' ? (/\b\d{6}\b/u.exec(body)?.[0] ?? '') : '';
}

function withHost(sent: Sent, url: string): Sent {
  return { ...sent, headers: { Host: new URL(url).host, ...sent.headers } };
}

function toAdminUrl(adminUrl: string | undefined): string {
  if (adminUrl === undefined) throw new Error('the emulator was started without its admin port');
  return adminUrl;
}
