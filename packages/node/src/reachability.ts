import { connect } from 'node:net';

/** Whether something accepts connections at an origin (`http://…`, `https://…`, `unix:/path`) within `timeout` ms. Sends nothing. */
export async function isReachable(origin: string, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(toAddress(origin));
    const settle = (verdict: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(verdict);
    };
    const timer = setTimeout(() => { settle(false); }, timeout);
    socket.once('connect', () => { settle(true); }).on('error', () => { settle(false); });
  });
}

function toAddress(origin: string): { path: string } | { host: string; port: number } {
  if (origin.startsWith('unix:')) return { path: origin.slice('unix:'.length) };
  const { hostname, port, protocol } = new URL(origin);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}
