// Every kind of client, app and Ory that misbehaves, in every combination: a status or a clean break, in bounded time, and nothing left behind.
import { readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../fixtures/adapters.ts';
import { clientFaults, oryFaults, readOutcome, upstreamFaults, type ClientFault, type OryFault, type Outcome, type UpstreamFault } from '../../fixtures/faults.ts';
import { findFreePort } from '../../fixtures/free-port.ts';
import { HostProcess } from '../../fixtures/host-process.ts';
import { RecordingServer } from '../../fixtures/recording-server.ts';
import { ScriptedOry } from '../../fixtures/scripted-ory.ts';
import { identityA } from '../../fixtures/sessions.ts';

const atOnce = 24;
/** Every time-out of the proxy is a fraction of this. */
const ceiling = 6_000;
const scaled = { headTimeout: 600, idleTimeout: 600, clientTimeout: 800, connectTimeout: 1_000, whoamiTimeout: 1_500, keepAliveTimeout: 1_000, cacheTtl: 0 };

interface Cell { readonly id: number; readonly client: ClientFault; readonly upstream: UpstreamFault }
/** Nobody listens where the app should be. */
const absentApp: UpstreamFault = { name: 'is not there', outcomes: [502], answer: () => undefined };
const cells: readonly Cell[] = clientFaults.flatMap((client) => upstreamFaults.map((upstream) => ({ client, upstream }))).map((cell, id) => ({ ...cell, id }));

/** Connections of the app that a cell used. */
const used = new Map<number, Set<Socket>>();
let app: RecordingServer;
let ory: ScriptedOry;
let host: HostProcess | undefined;
let nowhere: string;

beforeAll(async () => {
  nowhere = `http://127.0.0.1:${await findFreePort()}`;
  app = await RecordingServer.start((request, reply) => {
    const cell = cells[Number(/^\/(?:api|open)\/(\d+)$/.exec(request.target)?.[1] ?? -1)];
    if (cell === undefined) return { body: 'ok' };
    used.get(cell.id)?.add(reply.socket);
    return cell.upstream.answer(request, reply);
  });
  ory = await ScriptedOry.start();
});
afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await ory[Symbol.asyncDispose]();
});

/** Restarts the proxy, so that what it learned about one Ory does not colour the next. */
async function startProxy(fault: OryFault, { appOrigin = app.origin }: { readonly appOrigin?: string } = {}): Promise<{ port: number; authority: string }> {
  const cli = adapters.find(({ name }) => name === 'cli');
  if (cli === undefined) throw new Error('there is no standalone proxy');
  const settings = { options: { oryUrl: fault.isAbsent === true ? nowhere : ory.origin, ...scaled, rules: [{ match: '/api/**', session: 'required' }] }, appOrigin };
  if (host === undefined) host = await HostProcess.start(cli, settings);
  else await host.start(settings);
  ory.reset();
  app.reset();
  const { whoami } = fault;
  if (whoami?.delay !== undefined && whoami.body === undefined) ory.scriptWhoami((_call, request) => ({ ...ory.whoami(request), ...whoami }));
  else if (whoami !== undefined) ory.scriptWhoami(whoami);
  const { port, host: authority } = new URL(host.origin);
  return { port: Number(port), authority };
}

function expected({ client, upstream }: Cell, fault: OryFault): readonly Outcome[] | 'anything' {
  if (client.isGone === true) return 'anything';
  const refused = client.path === 'protected' && fault.protected !== 'app' ? fault.protected : undefined;
  const outcomes = refused ?? upstream.outcomes;
  // Whoever does not send what it announced is cut, unless it is answered first.
  return client.isStuck === true ? [...outcomes, 'closed', 'cut', 408, 499] : outcomes;
}

/** What is wrong with a cell; empty: nothing. */
async function play(cell: Cell, fault: OryFault, { port, authority }: { port: number; authority: string }): Promise<string[]> {
  const sockets = new Set<Socket>();
  used.set(cell.id, sockets);
  const path = `/${cell.client.path === 'protected' ? 'api' : 'open'}/${cell.id}`;
  const line = (method: string): string => `${method} ${path} HTTP/1.1¶Host: ${authority}¶Cookie: ${identityA.cookie}¶`;
  const { outcome, milliseconds } = await readOutcome(port, cell.client, { line });
  const name = `client ${cell.client.name}, app ${cell.upstream.name}`;
  const allowed = expected(cell, fault);
  const problems: string[] = [];
  if (allowed !== 'anything' && !allowed.includes(outcome)) problems.push(`${name}: ${outcome}, not ${allowed.join(' or ')}`);
  if (milliseconds > ceiling) problems.push(`${name}: took ${Math.round(milliseconds)} ms`);
  if (cell.upstream.isReusable === true) return problems;
  const until = performance.now() + ceiling;
  while (performance.now() < until && [...sockets].some((socket) => app.sockets.has(socket))) await new Promise((next) => { setTimeout(next, 20); });
  const left = [...sockets].filter((socket) => app.sockets.has(socket)).length;
  return left === 0 ? problems : [...problems, `${name}: ${left} connections to the app are left`];
}

/** Plays all of them, some at a time. */
async function playAll(all: readonly Cell[], fault: OryFault, address: { port: number; authority: string }): Promise<string[]> {
  const queue = [...all];
  const problems: string[] = [];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) problems.push(...await play(cell, fault, address));
  }));
  return problems;
}

/** Sockets that a process has open; only Linux tells. */
function countSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const read = (name: string): string => { try { return readlinkSync(`${folder}/${name}`); } catch { return ''; } }; // closed meanwhile
  try { return readdirSync(folder).filter((name) => read(name).startsWith('socket:')).length; } catch { return 0; }
}

/** What the cells opened is gone; connections with which nothing is wrong are kept for a while. */
async function expectNoSocketsBut(before: number, fault: OryFault): Promise<void> {
  const idle = (): number => app.sockets.size + ory.server.sockets.size;
  await expect.poll(() => countSockets(host?.pid ?? 0) - idle(), { timeout: 15_000, interval: 50 }).toBeLessThanOrEqual(before);
  if (fault.isReusable !== true) await expect.poll(() => ory.server.sockets.size, { timeout: 15_000, interval: 50 }).toBe(0);
}

describe('the fault matrix', () => {
  it(`has ${cells.length * oryFaults.length} cells`, () => { expect(Math.min(clientFaults.length, upstreamFaults.length, oryFaults.length)).toBeGreaterThanOrEqual(12); });

  it.each(oryFaults.map((fault) => [fault.name, fault] as const))('holds while Ory %s', { timeout: 60_000 }, async (_name, fault) => {
    const address = await startProxy(fault);
    const before = countSockets(host?.pid ?? 0);
    expect(await playAll(cells, fault, address)).toEqual([]);
    await expectNoSocketsBut(before, fault);
    if (fault === oryFaults[0]) await expect.poll(() => app.sockets.size + ory.server.sockets.size, { timeout: 15_000, interval: 100 }).toBe(0);
    expect(app.violations).toEqual([]);
    expect((await readOutcome(address.port, clientFaults[0] as ClientFault, { line: () => `GET /ok HTTP/1.1¶Host: ${address.authority}¶` })).outcome).toBe(200); // there is a first one
  });

  it.each(oryFaults.map((fault) => [fault.name, fault] as const))('holds while the app is not there and Ory %s', { timeout: 60_000 }, async (_name, fault) => {
    const address = await startProxy(fault, { appOrigin: nowhere });
    const before = countSockets(host?.pid ?? 0);
    expect(await playAll(clientFaults.map((client) => ({ client, upstream: absentApp, id: -1 })), fault, address)).toEqual([]);
    await expectNoSocketsBut(before, fault);
  });
});
