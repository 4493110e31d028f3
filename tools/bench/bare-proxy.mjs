// The yardstick: the least that a streaming proxy on node:http and undici's dispatch can be. No auth, no rewriting, no checks.
import { createServer } from 'node:http';
import process from 'node:process';
import { Pool } from 'undici';
import { ready } from './target.mjs';

const pool = new Pool(process.env.UPSTREAM, { connections: 256, pipelining: 1, keepAliveTimeout: 4000 });
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'proxy-connection', 'expect', 'content-length']);

function endToEnd(raw) {
  const fields = [];
  for (let i = 0; i < raw.length; i += 2) if (!hopByHop.has(raw[i].toLowerCase())) fields.push(raw[i], raw[i + 1]);
  return fields;
}

class Handler {
  constructor(res) { this.res = res; }
  onRequestStart(controller) { this.controller = controller; }
  onResponseStart(controller, status) {
    const fields = [];
    const raw = controller.rawHeaders;
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i].toString('latin1');
      const lower = name.toLowerCase();
      if (lower === 'content-length' || !hopByHop.has(lower)) fields.push(name, raw[i + 1].toString('latin1'));
    }
    this.res.writeHead(status, fields);
    this.res.on('drain', () => controller.resume());
  }
  onResponseData(controller, chunk) { if (!this.res.write(chunk)) controller.pause(); }
  onResponseEnd() { this.res.end(); }
  onResponseError() { this.res.destroy(); }
}

const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true }, (req, res) => {
  const length = req.headers['content-length'];
  const fields = endToEnd(req.rawHeaders);
  const hasBody = length !== undefined || req.headers['transfer-encoding'] !== undefined;
  if (length !== undefined) fields.push('Content-Length', length);
  pool.dispatch({ path: req.url, method: req.method, headers: fields, body: hasBody ? req : null }, new Handler(res));
});
server.listen(0, '127.0.0.1', () => ready(`http://127.0.0.1:${server.address().port}`));
