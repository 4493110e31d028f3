import type { ProxyEvent, RequestEvent } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { createLogger, levelOf } from '../../src/log/logger.ts';
import { createFakeContext } from '../fake-context.ts';

const request: RequestEvent = {
  type: 'request', requestId: 'r1', method: 'GET', route: 'app', path: '/cart', queryNames: ['flow'], status: 200, duration: 3.2, bytes: 10,
  session: 'authenticated', cache: 'hit', remoteAddress: '127.0.0.1', upgrade: false,
};
const failed: RequestEvent = { ...request, status: 502, code: 'upstream_unreachable' };
const warning: ProxyEvent = { type: 'warning', code: 'app_unreachable', message: 'nobody listens there' };
const whoami: ProxyEvent = { type: 'whoami', outcome: 'anonymous', status: 401, duration: 1, attempts: 1 };

describe('createLogger', () => {
  it('writes one JSON object a line into a pipe', async () => {
    const context = createFakeContext();
    const logger = await createLogger({}, context);
    logger.event(request);
    logger.started({ origin: 'http://localhost:4000' }, 'banner');
    logger.stopping();
    const [line = '', started = '', stopping = '', rest] = context.out().split('\n');
    expect(JSON.parse(line)).toMatchObject({ ...request, level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string });
    expect(JSON.parse(started)).toMatchObject({ level: 'info', type: 'started', origin: 'http://localhost:4000' });
    expect(JSON.parse(stopping)).toMatchObject({ level: 'info', type: 'stopping' });
    expect(rest).toBe('');
    expect(context.err()).toBe('');
  });

  it('writes lines for people to a terminal, the banner to standard error', async () => {
    const context = createFakeContext({ isTTY: true, env: { NO_COLOR: '1' } });
    const logger = await createLogger({}, context);
    logger.started({}, 'banner');
    logger.event(request);
    logger.stopping();
    expect(context.err()).toBe('banner\n  stopping; what is under way is finished, and a second signal ends it at once\n');
    expect(context.out()).toMatch(/^\d\d:\d\d:\d\d GET {4}\/cart\?… 200/);
  });

  it('obeys the format that is asked for', async () => {
    const context = createFakeContext({ isTTY: true });
    (await createLogger({ format: 'json' }, context)).event(request);
    expect(() => { JSON.parse(context.out()); }).not.toThrow();
  });

  it.each([
    { level: 'debug', lines: 4 }, { level: 'info', lines: 3 }, { level: 'warn', lines: 2 }, { level: 'error', lines: 0 }, { level: 'silent', lines: 0 },
  ] as const)('shows $lines of four events at level $level', async ({ level, lines }) => {
    for (const isTTY of [true, false]) {
      const context = createFakeContext({ isTTY });
      const logger = await createLogger({ level }, context);
      for (const event of [request, failed, warning, whoami]) logger.event(event);
      expect(context.out().split('\n')).toHaveLength(lines + 1);
    }
  });
});

describe('levelOf', () => {
  it("takes an app's own 500 for the app's affair", () => {
    expect(levelOf({ ...request, status: 500 })).toBe('info');
  });
});
