import type { OptionName, OryProxyOptions } from './options.ts';

/** Options of one origin: flags, environment, file, or code. `name` appears in messages. */
export interface OptionSource {
  readonly name: string;
  readonly options: OryProxyOptions;
}

/** Who Ory is; a higher source that says so replaces all that lower ones say. */
const oryOptions = ['oryUrl', 'project', 'kratosUrl', 'hydraUrl', 'uiUrl', 'emulator'] as const satisfies readonly OptionName[];
/** Where the signing keys come from; likewise. */
const keyOptions = ['keyFile', 'keys', 'secret'] as const satisfies readonly OptionName[];

export interface MergedOptions {
  readonly options: OryProxyOptions;
  /** For each option the name of the source that it came from. */
  readonly from: ReadonlyMap<string, string>;
  /** For options that a lower source gives too, in vain, the name of that source. */
  readonly hidden: ReadonlyMap<string, string>;
}

/** Puts sources together, highest first: flag, environment, file, default. */
export function mergeSources(sources: readonly OptionSource[]): MergedOptions {
  const merged = new Map<string, unknown>();
  const from = new Map<string, string>();
  const hidden = new Map<string, string>();
  for (const { name, options } of sources) {
    const group = (names: readonly string[]): boolean => names.some((option) => merged.has(option));
    const decided = new Set<string>([...(group(oryOptions) ? oryOptions : []), ...(group(keyOptions) ? keyOptions : [])]);
    for (const [option, value] of Object.entries(options)) {
      if (value === undefined) continue;
      if (merged.has(option) || decided.has(option)) {
        hidden.set(option, name);
        continue;
      }
      merged.set(option, value);
      from.set(option, name);
    }
  }
  return { options: Object.fromEntries(merged), from, hidden };
}
