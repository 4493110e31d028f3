/** Why a proxy could not be started. */
export type ListenErrorCode = 'port_in_use' | 'port_forbidden' | 'address_not_available' | 'listen_failed';

const codes: Readonly<Record<string, ListenErrorCode>> = { EADDRINUSE: 'port_in_use', EACCES: 'port_forbidden', EADDRNOTAVAIL: 'address_not_available', ENOTFOUND: 'address_not_available' };

/** The listener could not be opened. `code` is stable. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: ListenErrorCode;
  readonly port: number;

  constructor(code: ListenErrorCode, port: number, options?: ErrorOptions) {
    super(`cannot listen on port ${port} (${code})`, options);
    this.code = code;
    this.port = port;
  }

  static from(cause: unknown, port: number): ListenError {
    const systemCode = readSystemCode(cause);
    return new ListenError(codes[systemCode ?? ''] ?? 'listen_failed', port, { cause });
  }
}

/** With `strict`: the app or Ory does not answer. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly code: 'app_unreachable' | 'ory_unreachable';

  constructor(code: 'app_unreachable' | 'ory_unreachable', message: string) {
    super(message);
    this.code = code;
  }
}

/** The operating system's name of an error, such as `EADDRINUSE`. */
export function readSystemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
