const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a number or of text such as `1500`, `500ms`, `10s`, `1.5m`; `undefined` for anything else, negative values included. */
export function parseDuration(value: number | string): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)?\s*$/.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * (units[match[2] ?? 'ms'] ?? 1);
}

/** Reads on after the name of an option that `parseRevalidation` does not understand. */
export const revalidationHint = 'must be true, false or a duration of 1s at least, such as 30s, 5m';

/** Milliseconds of an interval that may also be just on (a minute) or off (0), in words or as booleans; `undefined` for anything else. */
export function parseRevalidation(value: boolean | number | string): number | undefined {
  if (String(value) === 'true') return 60_000;
  if (String(value) === 'false') return 0;
  const interval = typeof value === 'boolean' ? undefined : parseDuration(value);
  return interval === undefined || interval === 0 || interval >= 1_000 ? interval : undefined;
}

const sizes: Readonly<Record<string, number>> = { b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, kb: 1000, mb: 1000 ** 2, gb: 1000 ** 3 };

/** Bytes of a number or of text such as `4096`, `64MiB`, `10mb`; `undefined` for anything else. */
export function parseSize(value: number | string): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  const match = /^\s*(\d{1,15})\s*([kmg]i?b|b)?\s*$/i.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * (sizes[(match[2] ?? 'b').toLowerCase()] ?? 1);
}
