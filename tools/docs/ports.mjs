// Pages name the ports that people use; what runs here listens on free ones, and the text is translated there and back.
import { createServer, connect } from 'node:net';

const documented = ['3000', '4000', '4433', '4434', '5173', '8080'];
const pattern = /(?<![\w.-])(3000|4000|4433|4434|5173|8080)(?![\w.-])/g;

const taken = new Set();

/** Outside of the range from which systems hand out ports, so that nobody else is given one meanwhile. */
async function findPort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (taken.has(port)) continue;
    taken.add(port);
    const server = createServer();
    const isFree = await new Promise((resolve) => { server.once('error', () => { resolve(false); }).listen(port, () => { server.close(() => { resolve(true); }); }); });
    if (isFree) return port;
  }
}

export async function choosePorts() {
  const chosen = new Map();
  for (const port of documented) chosen.set(port, await findPort());
  const back = new Map([...chosen].map(([port, real]) => [String(real), port]));
  return {
    of: (port) => { const real = chosen.get(port); if (real === undefined) throw new Error(`port ${port} is not one of those that pages may use: ${documented.join(', ')}`); return real; },
    toReal: (text) => text.replaceAll(pattern, (port) => String(chosen.get(port))),
    toDocumented: (text) => text.replaceAll(/\b\d{5}\b/g, (port) => back.get(port) ?? port),
  };
}

/** Resolves when somebody accepts connections on a port of this machine; rejects when `process` ends before. */
export async function waitForPort(port, { hasEnded, timeout = 20_000 }) {
  const until = Date.now() + timeout;
  for (;;) {
    const accepts = await new Promise((resolve) => {
      const socket = connect({ port, host: 'localhost' });
      socket.once('connect', () => { socket.destroy(); resolve(true); }).once('error', () => { resolve(false); });
    });
    if (accepts) return;
    if (hasEnded()) throw new Error('it ended before it listened');
    if (Date.now() > until) throw new Error(`nobody listens on port ${port} after ${timeout / 1000} s`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}
