import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Module, Post, Req, UseGuards, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { OryProxy, OryProxyModule, OrySession, OrySessionGuard, type Session } from '../src/index.ts';
import { startFakeOry } from './ory.ts';

@Controller()
class AppController {
  @Get('me')
  me(@OrySession() session: Session | undefined, @OrySession('identityId') identityId: string | undefined, @Req() req: { headers: Record<string, string> }): object {
    return { session: session?.id ?? null, identityId: identityId ?? null, authorization: req.headers['authorization'] ?? null };
  }

  @Post('echo')
  echo(@Body() body: object): object {
    return body;
  }

  @Get('guarded')
  @UseGuards(OrySessionGuard)
  guarded(): string {
    return 'in';
  }
}

interface RunningApp extends AsyncDisposable {
  readonly app: INestApplication;
  readonly origin: string;
}

async function startApp(module: Type | ReturnType<typeof OryProxyModule.forRoot>, platform: string): Promise<RunningApp> {
  @Module({ imports: [module], controllers: [AppController] })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = platform === 'express' ? built.createNestApplication(new ExpressAdapter(), { logger: false }) : built.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  app.setGlobalPrefix('api');
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => app.close() };
}

describe('OryProxyModule without HTTP', () => {
  it('lets an application context start and end', async () => {
    await using ory = await startFakeOry();
    @Module({ imports: [OryProxyModule.forRoot({ kratosUrl: ory.url, secret })] })
    class WorkerModule {}
    const context = await NestFactory.createApplicationContext(WorkerModule, { logger: false, abortOnError: false });
    expect(context.get(OryProxy, { strict: false }).invalidate({ identityId: 'identity-a' })).toBe(0);
    await context.close();
  });
});

const secret = 'a-secret-of-at-least-32-bytes-0123456789';
const cookie = { Cookie: 'ory_kratos_session=AAA' };

describe.each(['express', 'fastify'])('OryProxyModule on %s', (platform) => {
  it('gives a controller the session and the token, and takes a forged one away', async () => {
    await using ory = await startFakeOry();
    await using running = await startApp(OryProxyModule.forRoot({ kratosUrl: ory.url, secret }), platform);
    const known = await (await fetch(`${running.origin}/api/me`, { headers: cookie })).json() as Record<string, string>;
    expect(known).toMatchObject({ session: 'session-a', identityId: 'identity-a', authorization: expect.stringMatching(/^Bearer eyJ/) as string });
    const forged = await (await fetch(`${running.origin}/api/me`, { headers: { Authorization: 'Bearer forged' } })).json();
    expect(forged).toEqual({ session: null, identityId: null, authorization: null });
  });

  it('serves Ory below the prefix, bodies intact, whatever the global prefix of the app', async () => {
    await using ory = await startFakeOry();
    await using running = await startApp(OryProxyModule.forRoot({ kratosUrl: ory.url, jwt: false }), platform);
    const body = '{"malformed": json';
    const answer = await fetch(`${running.origin}/.ory/self-service/login?flow=1`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    expect(await answer.text()).toBe('ory POST /self-service/login?flow=1');
    expect(ory.requests.at(-1)?.body).toBe(body);
  });

  it('leaves the bodies of the app to the app', async () => {
    await using ory = await startFakeOry();
    await using running = await startApp(OryProxyModule.forRoot({ kratosUrl: ory.url, jwt: false }), platform);
    const answer = await fetch(`${running.origin}/api/echo`, { method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json', ...cookie } });
    expect(await answer.json()).toEqual({ a: 1 });
  });

  it('guards a route', async () => {
    await using ory = await startFakeOry();
    await using running = await startApp(OryProxyModule.forRoot({ kratosUrl: ory.url, secret }), platform);
    expect((await fetch(`${running.origin}/api/guarded`)).status).toBe(401);
    expect((await fetch(`${running.origin}/api/guarded`, { headers: cookie })).status).toBe(200);
  });

  it('takes its options from a factory, and forgets sessions on demand', async () => {
    await using ory = await startFakeOry();
    const module = OryProxyModule.forRootAsync({ useFactory: () => Promise.resolve({ kratosUrl: ory.url, secret }) });
    await using running = await startApp(module, platform);
    await (await fetch(`${running.origin}/api/me`, { headers: cookie })).text();
    expect(running.app.get(OryProxy, { strict: false }).invalidate({ identityId: 'identity-a' })).toBe(1);
  });

  it('is imported once: what a second import asked for would be done by nobody', async () => {
    await using ory = await startFakeOry();
    const options = { kratosUrl: ory.url, secret };
    @Module({ imports: [OryProxyModule.forRoot({ ...options, rules: [{ match: '/**', session: 'required' }] })] })
    class FeatureModule {}
    @Module({ imports: [OryProxyModule.forRoot(options), FeatureModule] })
    class RootModule {}
    await expect(startApp(RootModule, platform)).rejects.toThrow(/OryProxyModule is imported more than once/);
  });

  it('refuses to start with wrong options', async () => {
    await expect(startApp(OryProxyModule.forRoot({ kratosUrl: 'nonsense' }), platform)).rejects.toThrow(/"kratosUrl" must be/);
  });
});
