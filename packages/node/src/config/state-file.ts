import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface StatePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** Where a file of ours is kept from one start to the next, for this user alone: the operating system's place for state. */
export function findStateFile(name: string, place: StatePlace = { env: process.env, platform: process.platform, home: findHome() }): string {
  return join(findStateDirectory(place), 'ory-proxy', name);
}

/** A user whom the system does not know, as containers have them, has the root folder, as their runtimes say; so has one without a usable HOME. */
function findHome(): string {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : '/';
  } catch {
    return '/';
  }
}

function findStateDirectory({ env, platform, home }: StatePlace): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  const state = env['XDG_STATE_HOME'];
  // The XDG specification has relative ones ignored.
  return state !== undefined && isAbsolute(state) ? state : join(home, '.local', 'state');
}
