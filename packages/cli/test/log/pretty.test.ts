import type { RequestEvent } from '@ory-proxy/core';
import { describe, expect, it } from 'vitest';
import { createPrettyLines } from '../../src/log/pretty.ts';

const at = new Date(2026, 0, 2, 3, 4, 5);
const request: RequestEvent = {
  type: 'request', requestId: 'r1', method: 'GET', route: 'app', path: '/cart', queryNames: [], status: 200, duration: 3.21, bytes: 10,
  session: 'authenticated', cache: 'hit', remoteAddress: '127.0.0.1', upgrade: false,
};

describe('createPrettyLines', () => {
  it('says time, method, path, status, duration and decision of a request', () => {
    expect(createPrettyLines(false).event(request, at)).toBe('03:04:05 GET    /cart 200 3.2 ms authenticated, cache hit\n');
  });

  it('says why a request was refused', () => {
    const refused: RequestEvent = { ...request, route: 'refused', session: 'none', cache: 'none', status: 400, code: 'bad_request' };
    expect(createPrettyLines(false).event(refused, at)).toBe('03:04:05 GET    /cart 400 3.2 ms refused, bad_request\n');
  });

  it('says that there was a query, not what was in it', () => {
    expect(createPrettyLines(false).event({ ...request, queryNames: ['flow'] }, at)).toContain('/cart?… 200');
  });

  it('makes control characters of a client harmless', () => {
    const line = createPrettyLines(false).event({ ...request, path: '/\u001b[2J\u009b1m\n' }, at);
    expect(line).toContain('/\\x1b[2J\\x9b1m\\x0a');
    expect(line.match(/\n/g)).toHaveLength(1);
  });

  it('colours the status when it may', () => {
    expect(createPrettyLines(true).event({ ...request, status: 502 }, at)).toContain('\u001b[31m502\u001b[39m');
  });

  it('gives operational events a line each', () => {
    const lines = createPrettyLines(false);
    expect(lines.event({ type: 'warning', code: 'app_unreachable', message: 'nobody listens there' }, at)).toBe('03:04:05 warning nobody listens there (app_unreachable)\n');
    expect(lines.event({ type: 'whoami', outcome: 'authenticated', status: 200, duration: 12, attempts: 1 }, at)).toBe('03:04:05 whoami: authenticated, status 200, 1 attempt, 12 ms\n');
    expect(lines.event({ type: 'invalidation', cause: 'ory_request', dropped: 2 }, at)).toBe('03:04:05 sessions dropped: 2 (ory_request)\n');
    expect(lines.event({ type: 'breaker', state: 'open' }, at)).toBe('03:04:05 warning questions to Ory: stopped, it does not answer\n');
  });
});
