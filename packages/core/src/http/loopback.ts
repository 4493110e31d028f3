const loopbackName = /^(?:localhost|[^.]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)\.?$/i;

/** Whether a host name (without port) can only be this machine: `localhost` and below, 127.0.0.0/8, `::1`. */
export function isLoopbackName(name: string): boolean {
  return loopbackName.test(name);
}

/** Whether an origin such as `http://localhost:4000` is on this machine. */
export function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopbackName(new URL(origin).hostname);
}
