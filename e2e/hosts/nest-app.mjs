// A Nest application with OryProxyModule in it. Its controller records what it sees and answers as the driver says.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { All, Controller, Module, Req, Res, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OryProxyModule, OrySession, OrySessionGuard } from '@ory-proxy/nest-module';
import { serveHost } from './host.mjs';

/** The version of the Nest that was loaded, wherever it was found. */
function nestVersion() {
  const entry = fileURLToPath(import.meta.resolve('@nestjs/core'));
  return JSON.parse(readFileSync(`${entry.slice(0, entry.lastIndexOf('core') + 'core'.length)}/package.json`, 'utf8')).version;
}

const applyDecorators = (Class, method, decorators, parameters) => {
  const descriptor = Object.getOwnPropertyDescriptor(Class.prototype, method);
  parameters.forEach((decorate, i) => { decorate(Class.prototype, method, i); });
  for (const decorate of decorators) decorate(Class.prototype, method, descriptor);
};

/** name, value, … as the frameworks want them: repeated names with a list of values. */
function grouped(fields) {
  const values = new Map();
  for (let i = 0; i < fields.length; i += 2) values.set(fields[i], [...values.get(fields[i]) ?? [], fields[i + 1]]);
  return [...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list]);
}

async function readBody(request, raw) {
  if (request.rawBody !== undefined) return request.rawBody;
  if (Buffer.isBuffer(request.body)) return request.body;
  const chunks = [];
  if (!raw.readableEnded) for await (const chunk of raw) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function createController(onAppRequest, everyPath) {
  let script;
  let streamed;
  const streams = new Set();
  class AppController {
    async handle(request, response, session) {
      const raw = request.raw ?? request;
      if (raw.url === '/ok') { response.status(200).send('ok'); return; }
      const body = await readBody(request, raw);
      onAppRequest({ method: raw.method, target: request.originalUrl, fields: raw.rawHeaders, headers: raw.headers, body: body.toString('latin1'), session });
      if (streamed !== undefined) {
        response.hijack?.();
        const out = response.raw ?? response;
        out.writeHead(streamed.status ?? 200, streamed.fields ?? []);
        out.flushHeaders();
        streams.add(out);
        return;
      }
      const { status = 200, fields = ['Content-Type', 'text/plain'], body: text = script === undefined ? 'app' : '', delay = 0 } = script ?? {};
      if (delay > 0) await new Promise((done) => { setTimeout(done, delay); });
      for (const [name, value] of grouped(fields)) response.header(name, value);
      response.status(status).send(text);
    }
  }
  applyDecorators(AppController, 'handle', [All(everyPath)], [Req(), Res(), OrySession()]);
  Controller()(AppController);
  const commands = {
    'app-script': (message) => { script = message.script; },
    'app-stream': (message) => { streamed = message.head; },
    'app-push': ({ text }) => { for (const out of streams) out.write(text, 'latin1'); },
    'app-finish': () => { for (const out of streams) out.end(); streams.clear(); },
    'app-reset': () => { script = undefined; streamed = undefined; streams.clear(); },
  };
  return { AppController, commands };
}

/** A WebSocket endpoint as the app would have one: any handshake is answered and what follows echoed. */
function echoUpgrades(server, onAppRequest) {
  server.on('upgrade', (request, socket, head) => {
    onAppRequest({ method: request.method, target: request.url, fields: request.rawHeaders, headers: request.headers, body: '' });
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n');
    if (head.length > 0) socket.write(head);
    socket.pipe(socket);
  });
}

/**
 * @param {() => object} createAdapter makes the platform's HTTP adapter
 * @param {string} everyPath pattern that matches every path in the platform's router
 */
export function serveNest(createAdapter, everyPath) {
  serveHost(async ({ options, onEvent, onAppRequest, nest = {} }) => {
    const { AppController, commands } = createController(onAppRequest, everyPath);
    if (nest.guard) UseGuards(OrySessionGuard)(AppController);
    const all = { ...options, onEvent };
    class AppModule {}
    Module({ imports: [nest.async ? OryProxyModule.forRootAsync({ useFactory: async () => all }) : OryProxyModule.forRoot(all)], controllers: [AppController] })(AppModule);
    const adapter = createAdapter();
    const app = await NestFactory.create(AppModule, adapter, { rawBody: true, abortOnError: false, forceCloseConnections: true });
    if (nest.ownBodyParser && adapter.getType() === 'express') app.useBodyParser('json', { limit: '1mb' });
    if (nest.globalPrefix) app.setGlobalPrefix(nest.globalPrefix);
    echoUpgrades(app.getHttpServer(), onAppRequest);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address();
    return { origin: `http://localhost:${port}`, versions: { nest: nestVersion() }, close: () => app.close(), app: commands };
  });
}
