import { ListenError, readSystemCode } from '../listen-error.ts';
import type { Listener } from './server.ts';

/** Tries for a port that is free on both loopback families. */
const attempts = 8;
/** Machines without one of the families say so in one of these ways. */
const missingFamily: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

export interface BindOptions {
  readonly port: number;
  /** An address or name; `localhost`: both loopback families; `undefined`: all interfaces. */
  readonly host: string | undefined;
}

/** Opens the listener. @returns the port. Rejects with a `ListenError`. */
export async function bindListener(listener: Listener, { port, host }: BindOptions): Promise<number> {
  try {
    return host === 'localhost' ? await bindLoopback(listener, port) : await listener.bind(port, host);
  } catch (error) {
    throw ListenError.from(error, port);
  }
}

/** Browsers resolve `localhost` to either family: whoever held the other one would get half of the traffic. */
async function bindLoopback(listener: Listener, port: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const first = await bindIfPresent(listener, port, '127.0.0.1');
    try {
      const second = await bindIfPresent(listener, first ?? port, '::1');
      if (first === undefined && second === undefined) throw new Error('there is no loopback address');
      return first ?? second ?? port;
    } catch (error) {
      listener.unbind();
      if (port !== 0 || readSystemCode(error) !== 'EADDRINUSE' || attempt === attempts) throw error;
    }
  }
}

async function bindIfPresent(listener: Listener, port: number, host: string): Promise<number | undefined> {
  try {
    return await listener.bind(port, host);
  } catch (error) {
    if (missingFamily.has(readSystemCode(error) ?? '')) return undefined;
    throw error;
  }
}
