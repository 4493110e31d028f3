import { describe, expect, it } from 'vitest';
import { TestProxy } from '../proxy.ts';
import { eventually, onEachHead, serveHttp, serveRaw } from '../sockets.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('Listener', () => {
  it('passes a response on byte for byte in its fields', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write('HTTP/1.1 200 All right\r\nX-B: 1\r\nx-a: caf\xe9\r\nX-B: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok', 'latin1'); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.1\r\nH\r\n\r\n');
    const text = await client.until(/ok$/);
    expect(text).toMatch(/^HTTP\/1\.1 200 All right\r\n/);
    expect(text).toContain('X-B: 1\r\nx-a: caf\xe9\r\nX-B: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n');
  });

  it.each([
    ['R18: a lone CR', 'GET / HTTP/1.1\r\nH\r\nX: y\rZ: w\r\n\r\n', 400],
    ['R19: NUL in a value', 'GET / HTTP/1.1\r\nH\r\nX: \x00\r\n\r\n', 400],
    ['R8: a length and chunks', 'POST / HTTP/1.1\r\nH\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG', 400],
    ['R1: no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['R4: HTTP/0.9', 'GET /\r\n\r\n', 505],
    ['R35: TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['R35: a megabyte of one letter', 'A'.repeat(1024 * 1024), 400],
    ['R33: a field of 17 000 bytes', `GET / HTTP/1.1\r\nH\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
    ['R32: 1 100 fields', `GET / HTTP/1.1\r\nH\r\n${'a: b\r\n'.repeat(1_100)}Authorization: x\r\n\r\n`, 431],
    ['R7: CONNECT', 'CONNECT localhost:22 HTTP/1.1\r\nH\r\n\r\n', 405],
    ['R38: an unknown expectation', 'GET / HTTP/1.1\r\nH\r\nExpect: 200-ok\r\n\r\n', 417],
    ['an unknown version', 'GET / HTTP/3.7\r\nH\r\n\r\n', 505],
  ])('answers %s with an error, closes, and sends nothing on', async (_, bytes, status) => {
    const targets: string[] = [];
    await using upstream = await serveHttp((req, res) => { targets.push(req.url ?? ''); res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(bytes);
    const text = await client.untilClosed();
    expect(Number(text.slice(9, 12))).toBe(status);
    expect(text).toMatch(/\r\nConnection: close\r\n/i);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({ error: { code: status } });
    expect(targets).toEqual([]);
    using again = proxy.connect('GET /ok HTTP/1.1\r\nH\r\n\r\n');
    await again.until(/ok$/);
  });

  it('R24: answers a malformed chunk with 400 and gives up the upstream request', async () => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using proxy = await TestProxy.start(upstream.origin);
    const before = upstream.connections;
    using client = proxy.connect('POST / HTTP/1.1\r\nH\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n');
    await eventually(() => upstream.connections > before);
    client.send('XX\r\n0\r\n\r\n');
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 /);
    await eventually(() => upstream.sockets.size === 0);
  });

  it.each([['FIN', 'end'], ['RST', 'resetAndDestroy']] as const)('R39: gives up the upstream request when the client goes away in its body: %s', async (_, how) => {
    await using upstream = await serveRaw((socket) => { socket.resume(); });
    await using proxy = await TestProxy.start(upstream.origin);
    const before = upstream.connections;
    using client = proxy.connect('POST / HTTP/1.1\r\nH\r\nContent-Length: 10\r\n\r\nabc');
    await eventually(() => upstream.connections > before);
    client.socket[how]();
    await eventually(() => upstream.sockets.size === 0, 1_000);
    expect(client.text).not.toMatch(/^HTTP\/1\.1 2/);
  });

  it('R27: forwards the body of a GET', async () => {
    const bodies: string[] = [];
    await using upstream = await serveHttp((req, res) => { req.setEncoding('latin1').on('data', (chunk: string) => { bodies.push(chunk); }).on('end', () => { res.end('ok'); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.1\r\nH\r\nContent-Length: 23\r\n\r\nGET /smuggled HTTP/1.1\r\n');
    await client.until(/ok$/);
    expect(bodies.join('')).toBe('GET /smuggled HTTP/1.1\r\n'.slice(0, 23));
  });

  it.each([
    ['its length', 'Content-Length: 5\r\n\r\nhello', 'content-length: 5'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n', 'transfer-encoding: chunked'],
  ])('R20, R23, R26: frames a body by %s as it came, exactly once', async (_, rest, framing) => {
    let head = '';
    await using upstream = await serveHttp((req, res) => { req.resume().on('end', () => { res.end('ok'); }); head = req.rawHeaders.map((part, index) => (index % 2 === 0 ? `${part.toLowerCase()}: ` : `${part}\r\n`)).join(''); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(`DELETE / HTTP/1.1\r\nH\r\n${rest}`);
    await client.until(/ok$/);
    expect(head.match(/^(?:content-length|transfer-encoding): .*$/gm)).toEqual([framing]);
  });

  it('R37: sends 100 once the body is wanted, and only then', async () => {
    await using upstream = await serveHttp((req, res) => { req.resume().on('end', () => { res.end('ok'); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('POST / HTTP/1.1\r\nH\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    expect(await client.until(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('hello');
    expect((await client.until(/ok$/)).match(/HTTP\/1\.1 100/g)).toHaveLength(1);

    using refused = proxy.connect('POST /.ory/proxy/health/alive HTTP/1.1\r\nH\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    expect(await refused.untilClosed()).toMatch(/^HTTP\/1\.1 405 [^]*\r\nConnection: close\r\n/);
  });

  it('keeps the connection after refusing a request with a small body, and closes it after a large one', async () => {
    await using upstream = await serveHttp((_req, res) => { res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin);
    using small = proxy.connect('POST /.ory/proxy/health/alive HTTP/1.1\r\nH\r\nContent-Length: 5\r\n\r\nhelloGET /x HTTP/1.1\r\nH\r\n\r\n');
    expect(await small.until(/ok$/)).toMatch(/^HTTP\/1\.1 405 [^]*HTTP\/1\.1 200 /);
    using large = proxy.connect('POST /.ory/proxy/health/alive HTTP/1.1\r\nH\r\nContent-Length: 100000000\r\n\r\nhello');
    expect(await large.untilClosed()).toMatch(/^HTTP\/1\.1 405 [^]*\r\nConnection: close\r\n/);
  });

  it.each([
    ['GET', 'GET / HTTP/1.1\r\nH\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n', ''],
    ['POST', 'POST / HTTP/1.1\r\nH\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    ['POST in chunks', 'POST / HTTP/1.1\r\nH\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ])('W6: serves a request that asks for h2c as HTTP/1.1: %s', async (_, bytes, body) => {
    const seen: string[] = [];
    await using upstream = await serveHttp((req, res) => {
      seen.push(req.rawHeaders.join('\n').toLowerCase());
      req.setEncoding('latin1').on('data', (chunk: string) => { seen.push(chunk); }).on('end', () => { res.end('ok'); });
    });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect(bytes);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 [^]*ok$/);
    expect(seen[0]).not.toMatch(/upgrade|http2-settings|h2c/);
    expect(seen.slice(1).join('')).toBe(body);
  });

  it('does not serve what a client hides behind a request for another protocol', async () => {
    const targets: string[] = [];
    await using upstream = await serveHttp((req, res) => { targets.push(req.url ?? ''); res.end('ok'); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET /1 HTTP/1.1\r\nH\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET /2 HTTP/1.1\r\nX: ');
    client.send('GET /3 HTTP/1.1\r\nH\r\n\r\n');
    await client.untilClosed();
    expect(targets).toEqual(['/1']);
  });

  it('passes on 103 as it came, but not to HTTP/1.0', async () => {
    await using upstream = await serveRaw((socket) => { onEachHead(socket, () => { socket.write(`HTTP/1.1 103 Early Hints\r\nlink: <a>; rel="weird\r\nX: y\r\n\r\n${ok}`); }); });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.1\r\nH\r\n\r\n');
    expect(await client.until(/ok$/)).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nlink: <a>; rel="weird\r\nX: y\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    using old = proxy.connect('GET / HTTP/1.0\r\nH\r\n\r\n');
    expect(await old.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('U24: sends a head and each event on at once', async () => {
    let say = (_text: string): void => {};
    await using upstream = await serveHttp((_req, res) => { res.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }).flushHeaders(); say = (text) => { res.write(text); }; });
    await using proxy = await TestProxy.start(upstream.origin);
    using client = proxy.connect('GET / HTTP/1.1\r\nH\r\nAccept-Encoding: gzip\r\n\r\n');
    expect(await client.until(/\r\n\r\n/)).toContain('X-Accel-Buffering: no');
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      say(event);
      await client.until((text) => text.includes(event));
    }
  });
});
