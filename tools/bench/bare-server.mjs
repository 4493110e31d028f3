// The yardstick of idle connections: node:http by itself.
import { createServer } from 'node:http';
import { ready } from './target.mjs';

const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true }, (_req, res) => { res.end('ok'); });
server.listen(0, '127.0.0.1', () => ready(`http://127.0.0.1:${server.address().port}`));
