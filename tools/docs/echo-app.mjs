// "Your app" of the pages: answers with the request that it received.
import { createServer } from 'node:http';

export function startEchoApp(port) {
  const server = createServer((req, res) => {
    const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`];
    for (let index = 0; index < req.rawHeaders.length; index += 2) lines.push(`${req.rawHeaders[index]}: ${req.rawHeaders[index + 1]}`);
    res.setHeader('Content-Type', 'text/plain').end(`${lines.join('\n')}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, 'localhost', () => { resolve({ stop: async () => { server.closeAllConnections(); server.close(); } }); });
  });
}
