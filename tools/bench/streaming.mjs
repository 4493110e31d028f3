// Large bodies down and up through the bare proxy and through ours: throughput, and growth of resident memory after a warm-up. Memory is
// the median of what is resident during a transfer: single moments differ by all the buffers that V8 has not collected yet.
import { createServer, request } from 'node:http';
import { median, pinDriver, spread, start } from './processes.mjs';

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

export async function compareStreaming({ rounds }) {
  pinDriver();
  const upstream = await startStreamServer();
  const env = { UPSTREAM: upstream.origin };
  const targets = [];
  for (const [name, script] of [['bare undici-dispatch proxy', 'bare-proxy.mjs'], ['the same, a second copy', 'bare-proxy.mjs'], ['ours', 'our-proxy.mjs']]) targets.push({ name, proxy: await start(script, { kind: 'proxy', env }) });
  console.log(`\nstreaming: ${rounds} rounds of 256 MiB each way after as much of warming; ratios to the bare proxy of the same round`);
  console.log('target                      direction    MiB/s   ratio (spread)       RSS MiB   growth');
  for (const [direction, method] of [['down', 'GET'], ['up', 'POST']]) {
    for (const target of targets) {
      await transfer(target.proxy.origin, method, 64);
      Object.assign(target, { warm: (await measure(target, method)).rss, runs: [] });
    }
    for (let round = 0; round < rounds; round++) {
      for (const target of round % 2 === 0 ? targets : targets.toReversed()) target.runs.push(await measure(target, method));
    }
    for (const { name, runs, warm } of targets) {
      const ratios = runs.map(({ rate }, round) => rate / targets[0].runs[round].rate);
      const most = Math.max(...runs.map(({ rss }) => rss));
      console.log(`${name.padEnd(28)}${direction.padEnd(9)}${median(runs.map(({ rate }) => rate)).toFixed(0).padStart(9)}   ${median(ratios).toFixed(3)} (${spread(ratios)})${(most / mebibyte).toFixed(1).padStart(14)}${((most - warm) / mebibyte).toFixed(1).padStart(9)}`);
    }
  }
  for (const { proxy } of targets) proxy.stop();
  upstream.stop();
}

/** @returns MiB per second, and the median of what is resident meanwhile */
async function measure({ proxy }, method) {
  const samples = [];
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      samples.push((await proxy.usage()).rss);
      await new Promise((next) => { setTimeout(next, 25); });
    }
  })();
  const started = performance.now();
  await transfer(proxy.origin, method, 256);
  const seconds = (performance.now() - started) / 1000;
  isDone = true;
  await watching;
  return { rate: 256 / seconds, rss: median(samples) };
}
