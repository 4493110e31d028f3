// Resident memory of idle keep-alive connections, each of which has been answered once: node:http by itself, and ours.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { pinDriver, start } from './processes.mjs';

const wanted = 10_000;
const atOnce = 200;
const request = Buffer.from('GET /ok HTTP/1.1\r\nHost: localhost:4000\r\nUser-Agent: idle\r\n\r\n');

/** As many as descriptors allow; Node has raised its soft limit to the hard one itself. */
function readConnectionLimit() {
  const limit = Number(spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout);
  return Number.isInteger(limit) ? Math.min(wanted, limit - 200) : wanted;
}

function openIdle({ hostname, port }) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => { socket.write(request); });
    socket.on('error', reject);
    socket.once('data', () => { resolve(socket); });
  });
}

async function open(origin, count) {
  const sockets = [];
  while (sockets.length < count) sockets.push(...await Promise.all(Array.from({ length: Math.min(atOnce, count - sockets.length) }, () => openIdle(new URL(origin)))));
  return sockets;
}

async function close(sockets) {
  await Promise.all(sockets.map((socket) => new Promise((done) => { socket.once('close', done).on('error', () => {}).destroy(); })));
}

export async function compareIdle() {
  pinDriver();
  const count = readConnectionLimit();
  const upstream = await start('upstream.mjs', { kind: 'other' });
  console.log(`\nidle: ${count} keep-alive connections, after a warm-up of ${atOnce * 5}`);
  console.log('target                        KB a connection');
  for (const [name, script] of [['node:http by itself', 'bare-server.mjs'], ['ours', 'our-proxy.mjs']]) {
    const proxy = await start(script, { kind: 'proxy', env: { UPSTREAM: upstream.origin } });
    await close(await open(proxy.origin, atOnce * 5));
    const before = await proxy.usage();
    const sockets = await open(proxy.origin, count);
    await new Promise((next) => setTimeout(next, 6_000)); // connections to the app are gone by then, and garbage has been collected
    const after = await proxy.usage();
    console.log(`${name.padEnd(30)}${((after.rss - before.rss) / count / 1024).toFixed(1).padStart(15)}`);
    await close(sockets);
    proxy.stop();
  }
  upstream.stop();
}
