import type { EmulatorSettings } from '@ory-proxy/core';

/** What an emulator of Ory is told by the proxy in front of it: what the user has set, and where its flows end. */
export interface EmulatorStart extends EmulatorSettings {
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
export type StartEmulator = (start: EmulatorStart) => Promise<RunningEmulator>;

/** How to start an emulator behind an origin. */
export function toEmulatorStart(settings: EmulatorSettings, publicOrigin: string): EmulatorStart {
  const home = `${publicOrigin}/`;
  return { ...settings, defaultReturnUrl: home, afterLogoutUrl: home, allowedReturnUrls: [publicOrigin] };
}
