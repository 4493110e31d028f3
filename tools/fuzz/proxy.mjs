// The proxy under test in a process of its own. Told its options over the pipe, and asked there what it uses.
import process from 'node:process';
import { createOryProxy } from '@ory-proxy/node';

const handlers = {
  async start({ options }) {
    const proxy = createOryProxy(options);
    const { origin } = await proxy.listen();
    handlers.close = async () => { await proxy.close(); process.disconnect(); };
    return { origin };
  },
  async usage() {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await new Promise(setImmediate);
    }
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed, sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length };
  },
};

async function answer({ type, ...message }) {
  const result = await handlers[type](message);
  if (process.connected) process.send(result ?? {});
}

process.on('message', (message) => { void answer(message); });
process.on('disconnect', () => { setTimeout(() => process.exit(1), 3000).unref(); });
