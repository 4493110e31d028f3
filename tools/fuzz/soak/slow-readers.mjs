// Many slow readers of large downloads at a time: memory must stay where it is, since the app is stalled at the readers' pace.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { ProxyProcess } from '../proxy-process.mjs';
import { toText } from '../leaks.mjs';

const secret = 'soak-secret-0123456789-abcdefghijklmnop';
const mebibyte = 1024 ** 2;
const chunk = Buffer.alloc(64 * 1024, 'x');
const warmUp = 256 * mebibyte;
const allowedGrowth = 64 * mebibyte;
/** After so many bytes a reader rests for so many milliseconds. */
const pace = { bytes: mebibyte, rest: 20 };

/** @returns `{ growth, problems, text }` */
export async function runSlowReaders({ readers, size, say }) {
  const server = createServer((request, response) => {
    const bytes = Number(request.url.slice(1));
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': bytes });
    Readable.from(chunksOf(bytes)).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const proxy = await ProxyProcess.start({ upstream: origin, oryUrl: origin, port: 0, secret });
  try {
    const { port, host } = new URL(proxy.origin);
    const target = { port: Number(port), host };
    await download(target, { bytes: warmUp, isSlow: false });
    const before = await proxy.usage();
    let most = before.rss;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const { rss, sockets } = await proxy.usage();
        most = Math.max(most, rss);
        say(`slow readers: RSS ${toText(rss)}, ${sockets} sockets`);
        await new Promise((resolve) => { setTimeout(resolve, 2000); });
      }
    })();
    const received = await Promise.all(Array.from({ length: readers }, () => download(target, { bytes: size, isSlow: true }))).finally(() => { isOver = true; });
    await watching;
    const growth = most - before.rss;
    const problems = [];
    if (received.some((bytes) => bytes !== size)) problems.push({ kind: 'answer', message: `bodies have ${received.join(', ')} bytes instead of ${size}` });
    if (growth > allowedGrowth) problems.push({ kind: 'leak', message: `RSS grew by ${toText(growth)}` });
    if (proxy.failure !== undefined) problems.push({ kind: 'crash', message: proxy.failure });
    return { problems, text: `${readers} slow readers of ${toText(size)}: RSS ${toText(before.rss)}, at most ${toText(growth)} more` };
  } finally {
    await proxy.stop();
    server.close();
    server.closeAllConnections();
  }
}

function* chunksOf(bytes) {
  for (let left = bytes; left > 0; left -= chunk.length) yield left >= chunk.length ? chunk : chunk.subarray(0, left);
}

/** @returns how many bytes of body came */
async function download({ port, host }, { bytes, isSlow }) {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(`GET /${bytes} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let received = -1;
  let since = 0;
  for await (const data of socket) {
    since += data.length;
    if (received >= 0) received += data.length;
    else received = data.length - data.indexOf('\r\n\r\n') - 4; // the head comes in one piece, before everything else
    if (isSlow && since >= pace.bytes) {
      since = 0;
      await new Promise((resolve) => { setTimeout(resolve, pace.rest); });
    }
  }
  return received;
}
