import { describe, expect, it } from 'vitest';
import { OryProxyError, type Fields, type ProxyRequest } from '../../src/index.ts';
import { answer } from '../fakes.ts';
import { createHarness, type Harness } from '../harness.ts';

const browser = (target: string, more: Fields = [], host = 'localhost:4000'): Partial<ProxyRequest> => ({
  target, authority: host, fields: ['Host', host, 'Accept', 'text/html', 'Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document', ...more],
});
const closed = { rules: [{ match: '/me', session: 'required' as const }] };

describe('an app that is not up', () => {
  const down = (harness: Harness): void => { harness.ports.transport.onDispatch = ({ sink }) => { sink.fail(new OryProxyError('upstream_unreachable', 'refused')); }; };

  it('is waited for by a page that reloads itself', async () => {
    const harness = await createHarness();
    down(harness);
    const page = await harness.ask(browser('/x'));
    expect([page.status, page.values('refresh')]).toEqual([502, ['2']]);
    expect(page.text).toContain('reloads by itself');
    expect(page.text).not.toContain('app.test');
    expect(harness.events).toContainEqual(expect.objectContaining({ type: 'request', code: 'upstream_unreachable', status: 502 }));
  });

  it.each([
    ['programs', { target: '/x' }, {}],
    ['forms', { ...browser('/x'), method: 'POST' }, {}],
    ['the public', browser('/x', [], 'app.example.com'), { publicUrl: 'https://app.example.com' }],
  ])('is a plain error for %s', async (_who, request, options) => {
    const harness = await createHarness(options);
    down(harness);
    const page = await harness.ask(request);
    expect([page.status, page.values('refresh')]).toEqual([502, []]);
  });
});

describe('a login loop', () => {
  const setsCookie = (harness: Harness): void => {
    const before = harness.ports.transport.onDispatch;
    harness.ports.transport.onDispatch = (dispatched) => {
      if (dispatched.request.target.startsWith('/self-service/login')) answer(dispatched, 303, ['Location', '/', 'Set-Cookie', 'ory_kratos_session=secret; Path=/; Secure'], '');
      else before(dispatched);
    };
  };

  it('is not a logout soon after the login', async () => {
    const harness = await createHarness(closed);
    setsCookie(harness);
    await harness.ask(browser('/me'));
    await harness.ask({ method: 'POST', target: '/.ory/self-service/login?flow=1' });
    harness.ports.transport.onDispatch = (dispatched) => answer(dispatched, 303, ['Location', '/', 'Set-Cookie', 'ory_kratos_session=gone; Path=/; Max-Age=0'], '');
    await harness.ask({ target: '/.ory/self-service/logout?token=ory_lo_x' });
    expect((await harness.ask(browser('/me'))).status).toBe(303);
  });

  it('ends in a page that names the cookie when it was set and did not come back', async () => {
    const harness = await createHarness(closed);
    setsCookie(harness);
    expect((await harness.ask(browser('/me'))).status).toBe(303);
    harness.ports.clock.advance(30_000);
    await harness.ask({ method: 'POST', target: '/.ory/self-service/login?flow=1' });
    const page = await harness.ask(browser('/me'));
    expect(page.status).toBe(508);
    expect(page.text).toContain('ory_kratos_session');
    expect(page.text).not.toContain('secret');
    expect(harness.events).toContainEqual({ type: 'warning', code: 'cookie_not_stored', message: expect.stringContaining('ory_kratos_session') });
    expect((await harness.ask(browser('/me'))).status, 'the next attempt').toBe(303);
  });

  it('ends when a page is sent to the login faster than a person can', async () => {
    const harness = await createHarness(closed);
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await harness.ask(browser('/me'))).status);
    expect(statuses).toEqual([303, 303, 303, 303, 303, 303, 508]);
  });

  it('is none when the person takes time, comes from elsewhere, or brings a cookie', async () => {
    const harness = await createHarness(closed);
    for (let i = 0; i < 20; i++) {
      harness.ports.clock.advance(3_000);
      expect((await harness.ask(browser('/me'))).status).toBe(303);
    }
    harness.whoami = { status: 401, fields: [], body: '' };
    for (let i = 0; i < 20; i++) expect((await harness.ask(browser('/me', ['Cookie', 'ory_kratos_session=AAA']))).status).toBe(303);
    setsCookie(harness);
    await harness.ask({ method: 'POST', target: '/.ory/self-service/login?flow=1' });
    expect((await harness.ask(browser('/me?first'))).status).toBe(303);
  });

  it('is not looked for under a public name', async () => {
    const harness = await createHarness({ ...closed, publicUrl: 'https://app.example.com' });
    for (let i = 0; i < 10; i++) expect((await harness.ask(browser('/me', [], 'app.example.com'))).status).toBe(303);
  });
});
