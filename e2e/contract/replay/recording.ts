import { readdirSync, readFileSync } from 'node:fs';
import type { Answer } from '../http.ts';
import type { Profile } from '../profiles.ts';

/** One recorded exchange with Kratos v26.2.0. */
export interface Exchange {
  readonly request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };
  readonly response: Answer;
}

export interface Recording {
  readonly name: string;
  readonly profile: Profile;
  readonly exchanges: readonly Exchange[];
}

const directory = new URL('../recordings/', import.meta.url);

export function loadRecordings(): Recording[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const exchanges = JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Exchange[];
      return { name: file.replace(/\.json$/u, ''), profile: profileOf(exchanges), exchanges };
    });
}

/** Each profile was recorded on ports of its own; the admin port follows the public one. */
export function isAdmin({ request }: Exchange): boolean {
  return portOf(request).endsWith('4');
}

function profileOf(exchanges: readonly Exchange[]): Profile {
  const port = exchanges[0] === undefined ? '' : portOf(exchanges[0].request);
  const profile = ({ '443': 'a', '444': 'b', '445': 'c', '446': 'd', '447': 'e', '448': 'f' } as const)[port.slice(0, 3)];
  if (profile === undefined) throw new Error(`no profile listens on port ${port}`);
  return profile;
}

function portOf(request: Exchange['request']): string {
  return new URL(`http://${request.headers['Host'] ?? ''}`).port;
}
