// A Nest application with OryProxyModule in it. Its controller records what it sees and answers as the driver says.
import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { All, Catch, Controller, Module, Req, Res, UseFilters, UseGuards, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OryProxyModule, OrySession, OrySessionGuard } from '@ory-proxy/nest-module';
import { getOryContext } from '@ory-proxy/node';
import { serveHost } from './host.mjs';

/** The Express that this Nest brings. */
const express = createRequire(import.meta.resolve('@nestjs/platform-express'))('express');

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
  if (raw.readableEnded && typeof request.body === 'object') return Buffer.from(JSON.stringify(request.body));
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

/** A guard and a filter that fail as the path says. */
function createFaults() {
  class FaultyGuard {
    canActivate(context) {
      switch (context.switchToHttp().getRequest().originalUrl) {
        case '/guard-throws': throw new Error('thrown by the guard');
        case '/guard-rejects': return Promise.reject(new Error('rejected by the guard'));
        case '/guard-hangs': return new Promise(() => {});
        case '/filter-throws': throw new Error('filter me');
        default: return true;
      }
    }
  }
  class FaultyFilter {
    catch(error) { throw error.message === 'filter me' ? new Error('thrown by the filter') : error; }
  }
  Catch()(FaultyFilter);
  return { FaultyGuard, FaultyFilter };
}

/** An app's own filter: it answers errors in its own words. */
class OwnFilter {
  catch(error, host) { host.switchToHttp().getResponse().status(error.getStatus?.() ?? 500).send('filtered'); }
}
Catch()(OwnFilter);

/** Each request's own store, as an app's request context has it. */
const requests = new AsyncLocalStorage();

/** A controller that answers, after a while, with who it is. */
function createIdentityController(everyPath) {
  class IdentityController {
    async who(request, response, session) {
      await new Promise((done) => { setTimeout(done, Math.random() * 20); });
      const token = JSON.parse(Buffer.from((request.headers.authorization ?? '').split('.')[1] ?? 'e30', 'base64url').toString());
      response.status(200).send({ request: getOryContext(request.raw ?? request)?.session?.identityId, store: getOryContext(requests.getStore())?.session?.identityId, decorator: session?.identityId, token: token.sub });
    }
  }
  applyDecorators(IdentityController, 'who', [All(everyPath)], [Req(), Res(), OrySession()]);
  Controller()(IdentityController);
  return IdentityController;
}

/** Reads bodies and keeps what it made of them alone. */
function parseAway(request, _response, next) {
  const chunks = [];
  request.on('data', (chunk) => { chunks.push(chunk); }).on('end', () => {
    request.body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    next();
  });
}

function createNestAdapter(createAdapter, nest) {
  const adapter = createAdapter(nest);
  if (nest.parser === 'on-instance') adapter.getInstance().use(express.json(), express.urlencoded({ extended: false }));
  if (nest.parser === 'custom') adapter.getInstance().use(parseAway);
  return adapter;
}

/** Listens by itself, or as a part of another application. */
async function listen(app, { mountedAt }) {
  if (mountedAt === undefined) {
    await app.listen(0, '127.0.0.1');
    return app.getHttpServer();
  }
  await app.init();
  const outer = express();
  outer.use(mountedAt, app.getHttpAdapter().getInstance());
  return await new Promise((resolve) => { const server = outer.listen(0, '127.0.0.1', () => { resolve(server); }); });
}

/**
 * @param {(nest: { graceful?: boolean }) => object} createAdapter makes the platform's HTTP adapter
 * @param {string} everyPath pattern that matches every path in the platform's router
 */
export function serveNest(createAdapter, everyPath) {
  serveHost(async ({ options, onEvent, onAppRequest, nest = {} }) => {
    const { AppController, commands } = createController(onAppRequest, everyPath);
    if (nest.guard) UseGuards(OrySessionGuard)(AppController);
    if (nest.filter) UseFilters(OwnFilter)(AppController);
    const { FaultyGuard, FaultyFilter } = createFaults();
    if (nest.faults) UseGuards(FaultyGuard)(AppController);
    if (nest.faults) UseFilters(FaultyFilter)(AppController);
    const all = { ...options, onEvent };
    class AppModule {}
    Module({
      imports: [nest.async ? OryProxyModule.forRootAsync({ useFactory: async () => all }) : OryProxyModule.forRoot(all)],
      controllers: [nest.identity ? createIdentityController(everyPath) : AppController],
    })(AppModule);
    const adapter = createNestAdapter(createAdapter, nest);
    const app = await NestFactory.create(AppModule, adapter, { rawBody: true, abortOnError: false, forceCloseConnections: nest.graceful !== true });
    if (nest.parser === 'own' && adapter.getType() === 'express') app.useBodyParser('json', { limit: '1mb' });
    if (nest.parser === 'in-main') app.use(express.json(), express.urlencoded({ extended: false }));
    if (nest.globalPrefix) app.setGlobalPrefix(nest.globalPrefix);
    if (nest.versioned) app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    if (nest.identity) app.use((request, _response, next) => { requests.run(request, next); });
    echoUpgrades(app.getHttpServer(), onAppRequest);
    const server = await listen(app, nest);
    const close = async () => {
      await app.close();
      if (server.listening) await new Promise((done) => { server.close(done); server.closeAllConnections(); });
    };
    return { origin: `http://localhost:${server.address().port}`, versions: { nest: nestVersion() }, close, app: commands };
  });
}
