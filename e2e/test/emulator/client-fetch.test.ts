// Ory's own client, unmodified, at the emulator through the command: its base path is the app's origin with /.ory.
import { startEmulator, type Emulator } from '@ory-proxy/emulator';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellBrowserStory, tellNativeStory } from '../../contract/client-stories.ts';
import { UpstreamApp } from '../../fixtures/app.ts';
import { Bin, type RunningBin } from '../../fixtures/bin.ts';

let app: UpstreamApp;
let emulator: Emulator;
let bin: RunningBin;
beforeAll(async () => {
  [app, emulator] = [await UpstreamApp.start(), await startEmulator()];
  bin = await Bin.start([app.server.origin, '--kratos-url', emulator.url, '--port', '0']);
});
afterAll(async () => { for (const part of [bin, emulator, app]) await part[Symbol.asyncDispose](); });

/** What the app is told about a caller with these fields. */
async function claimsOf(headers: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  await fetch(`${bin.origin}/me`, { headers });
  const authorization = (await app.requests()).at(-1)?.field('authorization') ?? '';
  return decodeJwt(authorization.replace(/^Bearer /, ''));
}

describe('FrontendApi of @ory/client-fetch', () => {
  it.each([['browser', tellBrowserStory], ['native', tellNativeStory]] as const)('serves %s flows through the proxy, and the app knows who it is', async (_kind, tell) => {
    let claims: Record<string, unknown> | undefined;
    await tell(`${bin.origin}/.ory`, async (headers) => { claims = await claimsOf(headers); });
    expect(claims).toMatchObject({ session: { active: true, identity: { traits: { email: expect.stringContaining('@') as string } } } });
    expect(app.violations()).toEqual([]);
  });
});
