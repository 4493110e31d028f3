import type { Answer } from './http.ts';

export type Step = string | number;

export function json(answer: Answer): unknown {
  return JSON.parse(answer.body) as unknown;
}

/** What stands at a path, `undefined` where the path ends early. */
export function read(value: unknown, ...path: readonly Step[]): unknown {
  return path.reduce<unknown>((at, step) => (isRecord(at) && Object.hasOwn(at, step) ? at[step] : undefined), value);
}

/** @throws Error when no string stands there. */
export function readText(value: unknown, ...path: readonly Step[]): string {
  const found = read(value, ...path);
  if (typeof found !== 'string') throw new Error(`no string at ${path.join('.')} in ${JSON.stringify(value)}`);
  return found;
}

/** @throws Error when no array stands there. */
export function readList(value: unknown, ...path: readonly Step[]): readonly unknown[] {
  const found = read(value, ...path);
  if (!Array.isArray(found)) throw new Error(`no array at ${path.join('.')} in ${JSON.stringify(value)}`);
  return found;
}

export function isRecord(value: unknown): value is Record<Step, unknown> {
  return typeof value === 'object' && value !== null;
}
