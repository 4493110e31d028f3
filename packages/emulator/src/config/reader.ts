import { parseDuration } from './duration.ts';
import { isUnknownObject, type UnknownObject } from './merge.ts';

/**
 * Reads typed values out of a configuration by dotted path and remembers which paths were asked for, so that what nobody
 * asked for can be named. Wrong types are collected instead of thrown.
 */
export class ConfigReader {
  readonly #root: UnknownObject;
  readonly #known: string[] = [];
  readonly problems: string[] = [];
  /** Values that are understood as little as an unknown key. */
  readonly unknownValues: string[] = [];

  constructor(root: UnknownObject) {
    this.#root = root;
  }

  /** The value at `path` as it stands; everything below it counts as known. */
  raw(path: string): unknown {
    this.#known.push(path);
    let value: unknown = this.#root;
    for (const segment of path.split('.')) {
      if (!isUnknownObject(value) || !Object.hasOwn(value, segment)) return undefined;
      value = value[segment];
    }
    return value;
  }

  string(path: string): string | undefined {
    return this.#read(path, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  boolean(path: string): boolean | undefined {
    return this.#read(path, 'true or false', (value) => {
      if (typeof value === 'boolean') return value;
      return value === 'true' ? true : value === 'false' ? false : undefined;
    });
  }

  integer(path: string): number | undefined {
    return this.#read(path, 'a whole number', (value) => (Number.isSafeInteger(value) ? (value as number) : undefined));
  }

  /** Milliseconds. */
  duration(path: string): number | undefined {
    return this.#read(path, 'a duration such as "1h" or "10m"', (value) => (typeof value === 'string' ? parseDuration(value) : undefined));
  }

  strings(path: string): readonly string[] | undefined {
    return this.#read(path, 'a list of strings', (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string') ? (value as readonly string[]) : undefined,
    );
  }

  oneOf<Word extends string>(path: string, words: readonly Word[]): Word | undefined {
    return this.#read(path, `one of ${words.join(', ')}`, (value) => words.find((word) => word === value));
  }

  objects(path: string): readonly UnknownObject[] {
    const list = this.#read(path, 'a list of objects', (value) => (Array.isArray(value) && value.every(isUnknownObject) ? value : undefined));
    return (list as readonly UnknownObject[] | undefined) ?? [];
  }

  object(path: string): UnknownObject {
    return this.#read(path, 'an object', (value) => (isUnknownObject(value) ? value : undefined)) ?? {};
  }

  /** Declares paths that are understood but change nothing in an emulator. */
  accept(paths: readonly string[]): void {
    this.#known.push(...paths);
  }

  /** The paths of the configuration that nobody asked for; what is switched off does not count. */
  unknownPaths(): readonly string[] {
    return [...readUnknownPaths(this.#root, '', this.#known), ...this.unknownValues];
  }

  #read<Value>(path: string, wanted: string, narrow: (value: unknown) => Value | undefined): Value | undefined {
    const value = this.raw(path);
    if (value === undefined || value === null) return undefined;
    const narrowed = narrow(value);
    if (narrowed === undefined) this.problems.push(`"${path}" must be ${wanted}`);
    return narrowed;
  }
}

function readUnknownPaths(value: UnknownObject, prefix: string, known: readonly string[]): readonly string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    const path = `${prefix}${key}`;
    if (known.includes(path) || (isUnknownObject(member) && member['enabled'] === false)) return [];
    if (isUnknownObject(member) && known.some((candidate) => candidate.startsWith(`${path}.`))) {
      return readUnknownPaths(member, `${path}.`, known);
    }
    return [path];
  });
}
