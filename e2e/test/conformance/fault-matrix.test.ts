// Every kind of client, app and Ory that misbehaves, in every combination: a status or a clean break, in bounded time, and nothing left behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultWorld, type Cell, type Played } from '../../fixtures/fault-world.ts';
import { clientFaults, oryFaults, upstreamFaults, type ClientFault, type OryFault, type Outcome, type UpstreamFault } from '../../fixtures/faults.ts';

/** Every time-out of the proxy is a fraction of this. */
const ceiling = 6_000;
const scaled = { headTimeout: 600, idleTimeout: 600, clientTimeout: 800, connectTimeout: 1_000, whoamiTimeout: 1_500, keepAliveTimeout: 1_000, cacheTtl: 0 };

/** Milliseconds for what is to be let go at once, within a second where the machine is not busy. No time-out of the proxy would do it within minutes. */
const promptly = 2_000;
const patient = { headTimeout: 600_000, idleTimeout: 600_000, clientTimeout: 600_000, connectTimeout: 600_000, whoamiTimeout: 600_000, keepAliveTimeout: 600_000, cacheTtl: 0 };

/** Nobody listens where the app should be. */
const absentApp: UpstreamFault = { name: 'is not there', outcomes: [502], answer: () => undefined };
const cells: readonly Cell[] = clientFaults.flatMap((client) => upstreamFaults.map((upstream) => ({ client, upstream }))).map((cell, id) => ({ ...cell, id }));
const sound = clientFaults[0] as ClientFault; // there is a first one
const named = (faults: readonly OryFault[]): [string, OryFault][] => faults.map((fault) => [fault.name, fault]);

let world: FaultWorld;
beforeAll(async () => { world = await FaultWorld.start(cells); });
afterAll(async () => { await world[Symbol.asyncDispose](); });

function expected({ client, upstream }: Cell, fault: OryFault): readonly Outcome[] | 'anything' {
  if (client.isGone === true) return 'anything';
  const refused = client.path === 'protected' && fault.protected !== 'app' ? fault.protected : undefined;
  const outcomes = refused ?? upstream.outcomes;
  // Whoever does not send what it announced is cut, unless it is answered first.
  return client.isStuck === true ? [...outcomes, 'closed', 'cut', 408, 499] : outcomes;
}

/** What is wrong with a cell; empty: nothing. */
function findProblems({ name, cell, outcome, took, release }: Played, fault: OryFault, limit: number): string[] {
  const allowed = expected(cell, fault);
  const problems: string[] = [];
  if (allowed !== 'anything' && !allowed.includes(outcome)) problems.push(`${name}: ${outcome}, not ${allowed.join(' or ')}`);
  if (took > limit) problems.push(`${name}: took ${Math.round(took)} ms`);
  if (release.left > 0) problems.push(`${name}: ${release.left} connections to the app are left`);
  else if (release.took > limit) problems.push(`${name}: the app was let go after ${Math.round(release.took)} ms`);
  return problems;
}

async function playAll(all: readonly Cell[], fault: OryFault, limit = ceiling): Promise<string[]> {
  return (await world.playAll(all)).flatMap((played) => findProblems(played, fault, limit));
}

async function expectNoSockets(fault: OryFault): Promise<void> {
  await world.expectNoSockets(15_000);
  if (fault.isReusable !== true) await expect.poll(() => world.ory.server.sockets.size, { timeout: 15_000, interval: 50 }).toBe(0);
}

describe('the fault matrix', () => {
  it(`has ${cells.length * oryFaults.length} cells`, () => { expect(Math.min(clientFaults.length, upstreamFaults.length, oryFaults.length)).toBeGreaterThanOrEqual(12); });

  it.each(named(oryFaults))('holds while Ory %s', { timeout: 60_000 }, async (_name, fault) => {
    await world.startProxy(fault, { options: scaled });
    expect(await playAll(cells, fault)).toEqual([]);
    await expectNoSockets(fault);
    if (fault === oryFaults[0]) await expect.poll(() => world.app.sockets.size + world.ory.server.sockets.size, { timeout: 15_000, interval: 100 }).toBe(0);
    expect(world.app.violations).toEqual([]);
    expect(await world.probe(sound)).toBe(200);
  });

  it.each(named(oryFaults))('holds while the app is not there and Ory %s', { timeout: 60_000 }, async (_name, fault) => {
    await world.startProxy(fault, { options: scaled, appOrigin: world.nowhere });
    expect(await playAll(clientFaults.map((client) => ({ client, upstream: absentApp, id: -1 })), fault)).toEqual([]);
    await expectNoSockets(fault);
  });
});

describe('without any time-out', () => {
  const vanishing = oryFaults.filter(({ name, isSilent }) => isSilent === true || ['answers', 'resets', 'closes within the body'].includes(name));

  it.each(named(vanishing))('everything is let go at once when a client or the app goes away while Ory %s', { timeout: 60_000 }, async (_name, fault) => {
    await world.startProxy(fault, { options: patient });
    // An app that had its say may be asked again; before an Ory that keeps silent nobody but the client can go away.
    const ends = cells.filter(({ client, upstream }) => (client.leaves === true ? !upstream.outcomes.includes(200) : upstream.isGone === true && fault.isSilent !== true));
    const played = await world.playAll(ends);
    expect(played.flatMap((one) => findProblems(one, fault, Infinity))).toEqual([]);
    // Among many on a busy machine one may be late; those that are late again, among few, are so by themselves.
    const late = played.filter((one) => findProblems(one, fault, promptly).length > 0).map(({ cell }) => cell);
    expect(await playAll(late.slice(0, 5), fault, promptly)).toEqual([]);
    await world.expectNoSockets(promptly);
  });
});
