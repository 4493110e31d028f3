import type { WarningEvent } from '@ory-proxy/core';

/** Told when connections are closed since there are as many as `maxConnections` allows. */
export function createFullEvent(maxConnections: number | undefined): WarningEvent {
  return { type: 'warning', code: 'connection_limit', message: `there are ${maxConnections} client connections, as many as maxConnections allows; further ones are closed at once` };
}
