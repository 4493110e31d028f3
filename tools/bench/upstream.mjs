// The app and Ory of the benchmark in one process: a bare socket server that answers every request with bytes made beforehand, so that
// the proxies, not it, are what is measured. `/sessions/whoami` gets a session, everything else a small JSON document.
import { createServer } from 'node:net';
import process from 'node:process';
import { session } from './session.mjs';

const json = JSON.stringify({ items: Array.from({ length: 8 }, (_, id) => ({ id, name: `item ${id}` })) });
const answer = (body) => Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Tue, 01 Sep 2026 10:00:00 GMT\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
const app = answer(json);
const whoami = answer(JSON.stringify(session));

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end; (end = pending.indexOf('\r\n\r\n')) >= 0; pending = pending.slice(end + 4)) socket.write(pending.startsWith('GET /sessions/whoami') ? whoami : app);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ origin: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit());
