/** A plain object of unknown members, as a YAML or JSON reader returns it. */
export type UnknownObject = Readonly<Record<string, unknown>>;

export function isUnknownObject(value: unknown): value is UnknownObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Merges configurations as Kratos merges its files: objects key by key, everything else is replaced by the later one. */
export function toMerged(configurations: readonly object[]): UnknownObject {
  return configurations.reduce<UnknownObject>((merged, next) => mergeTwo(merged, { ...next }), {});
}

function mergeTwo(base: UnknownObject, next: UnknownObject): UnknownObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(next)) {
    if (value === undefined) continue;
    const previous = merged[key];
    const both = isUnknownObject(previous) && isUnknownObject(value);
    Object.defineProperty(merged, key, {
      value: both ? mergeTwo(previous, value) : value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged;
}
