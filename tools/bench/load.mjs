// Closed-loop load over raw keep-alive sockets: each connection sends its next request when the answer to the last is complete.
import { connect } from 'node:net';

/**
 * @param {{ origin: string, request: string, connections: number, milliseconds: number }} job
 * @returns {Promise<{ requests: number, failures: number, seconds: number }>}
 */
export async function load({ origin, request, connections, milliseconds }) {
  const { hostname, port } = new URL(origin);
  const bytes = Buffer.from(request, 'latin1');
  let requests = 0;
  let failures = 0;
  const started = performance.now();
  const until = started + milliseconds;
  await Promise.all(Array.from({ length: connections }, () => new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => socket.write(bytes));
    let received = [];
    let have = 0;
    let want = 0;
    socket.on('error', reject);
    socket.on('close', resolve);
    socket.on('data', (chunk) => {
      received.push(chunk);
      have += chunk.length;
      if (want === 0) {
        const text = Buffer.concat(received).toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        want = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1] ?? 0);
        if (!text.startsWith('HTTP/1.1 200')) failures += 1;
      }
      if (have < want) return;
      requests += 1;
      received = [];
      have = 0;
      want = 0;
      if (performance.now() < until) socket.write(bytes);
      else socket.end();
    });
  })));
  return { requests, failures, seconds: (performance.now() - started) / 1000 };
}
