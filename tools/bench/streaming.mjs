// 1 GiB down and up through the bare proxy and through ours: throughput and growth of resident memory after a warm-up of 256 MiB.
import { createServer, request } from 'node:http';
import { pinDriver, start } from './processes.mjs';

const mebibyte = 1024 ** 2;
const block = Buffer.alloc(mebibyte, 'x');

function pump(writable, mebibytes) {
  return new Promise((resolve, reject) => {
    let left = mebibytes;
    writable.on('error', reject);
    const write = () => {
      while (left > 0) {
        left -= 1;
        if (!writable.write(block)) return void writable.once('drain', write);
      }
      writable.end(resolve);
    };
    write();
  });
}

async function startStreamServer() {
  const server = createServer((req, res) => {
    const size = Number(new URL(req.url, 'http://x').searchParams.get('mebibytes'));
    if (req.method === 'POST') return void req.resume().on('end', () => res.end('ok'));
    res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size * mebibyte });
    pump(res, size).catch(() => res.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

function transfer(origin, method, mebibytes) {
  return new Promise((resolve, reject) => {
    const headers = { Host: 'localhost:4000', ...(method === 'POST' && { 'Content-Length': mebibytes * mebibyte }) };
    const req = request(`${origin}/?mebibytes=${mebibytes}`, { method, headers }, (res) => { res.resume().on('end', resolve).on('error', reject); });
    req.on('error', reject);
    if (method === 'POST') pump(req, mebibytes).catch(reject);
    else req.end();
  });
}

export async function compareStreaming() {
  pinDriver();
  const upstream = await startStreamServer();
  const env = { UPSTREAM: upstream.origin };
  console.log('\nstreaming: 1 GiB after a warm-up of 256 MiB');
  console.log('target                      direction    MiB/s   RSS growth MiB');
  for (const [name, script] of [['bare undici-dispatch proxy', 'bare-proxy.mjs'], ['ours', 'our-proxy.mjs']]) {
    const proxy = await start(script, { kind: 'proxy', env });
    for (const [direction, method] of [['down', 'GET'], ['up', 'POST']]) {
      await transfer(proxy.origin, method, 256);
      const before = await proxy.usage();
      let peak = before.rss;
      const started = performance.now();
      let done = false;
      const watching = (async () => { while (!done) { peak = Math.max(peak, (await proxy.usage()).rss); await new Promise((next) => setTimeout(next, 100)); } })();
      await transfer(proxy.origin, method, 1024);
      const seconds = (performance.now() - started) / 1000;
      done = true;
      await watching;
      console.log(`${name.padEnd(28)}${direction.padEnd(9)}${(1024 / seconds).toFixed(0).padStart(9)}${((peak - before.rss) / mebibyte).toFixed(1).padStart(17)}`);
    }
    proxy.stop();
  }
  upstream.stop();
}
