/** What an emulator of Ory is told by the proxy in front of it. */
export interface EmulatorSettings {
  /** Where a finished flow ends that has no `return_to`. */
  readonly defaultReturnUrl: string;
  readonly afterLogoutUrl: string;
  /** Origins that `return_to` may lead to. */
  readonly allowedReturnUrls: readonly string[];
}

/** An emulator that runs. */
export interface RunningEmulator {
  /** Of its public API. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an emulator; the packages that offer `emulator` bring it, so that none is in production by accident. */
export type StartEmulator = (settings: EmulatorSettings) => Promise<RunningEmulator>;

/** Settings for an emulator behind an origin. */
export function toEmulatorSettings(publicOrigin: string): EmulatorSettings {
  const home = `${publicOrigin}/`;
  return { defaultReturnUrl: home, afterLogoutUrl: home, allowedReturnUrls: [publicOrigin] };
}
