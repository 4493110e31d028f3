// The least that Node's own server costs: answers every request with bytes that the emulator gave.
import { createServer } from 'node:http';
import process from 'node:process';
import { ready } from './target.mjs';

const { headers, body } = JSON.parse(process.env.ANSWER);
const fields = Object.entries(headers);
const bytes = Buffer.from(body);
const server = createServer((_req, res) => {
  for (const [name, value] of fields) res.setHeader(name, value);
  res.writeHead(200).end(bytes);
});
server.listen(0, '127.0.0.1', () => { ready(`http://127.0.0.1:${server.address().port}`); });
