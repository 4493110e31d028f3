import { describe, expect, it } from 'vitest';
import { readSessionChange } from '../../src/session/session-change.ts';

describe('readSessionChange', () => {
  it.each([
    ['GET', '/self-service/logout'], ['HEAD', '/self-service/logout'], ['POST', '/self-service/login'], ['GET', '/self-service/login'], ['POST', '/self-service/registration'],
    ['POST', '/self-service/recovery'], ['GET', '/self-service/recovery'], ['POST', '/self-service/verification'], ['GET', '/self-service/methods/oidc/callback/google'],
    ['POST', '/self-service/fed-cm/token'], ['GET', '/self-service/logout/'], ['GET', '/api/kratos/public/self-service/logout'],
    ['GET', '/self-service/%6cogout'], ['GET', '/self-service%2flogout'], ['GET', '//self-service//logout'], ['GET', '/self-service/%256cogout'], ['GET', '/self-service/logout;x=1'], ['GET', '/Self-Service/Logout'],
  ])('%s %s concerns the own session', (method, path) => {
    expect(readSessionChange(method, path)).toMatchObject({ reach: 'credential', tokenInBody: false });
  });

  it.each([
    ['POST', '/self-service/settings'], ['GET', '/self-service/settings'], ['DELETE', '/sessions'], ['DELETE', '/sessions/'], ['DELETE', '/%73essions'],
  ])('%s %s concerns other sessions of the identity', (method, path) => {
    expect(readSessionChange(method, path)).toMatchObject({ reach: 'identity' });
  });

  it('reads the session id of DELETE /sessions/{id}', () => {
    expect(readSessionChange('DELETE', '/sessions/abc-1')).toEqual({ reach: 'identity', tokenInBody: false, sessionId: 'abc-1' });
  });

  it('takes more forms than can be looked at for the most that may be', () => {
    expect(readSessionChange('GET', '/a;p%3b%5c%2f.%20//%253b%255c%252f%252e%2520//x;%2520%253f.//%23y.;')).toMatchObject({ reach: 'identity' });
  });

  it('finds the logout of native clients, whose token is in the body', () => {
    expect(readSessionChange('DELETE', '/self-service/logout/api')).toMatchObject({ reach: 'credential', tokenInBody: true });
  });

  it.each([
    ['GET', '/self-service/login/browser'], ['GET', '/self-service/login/api'], ['GET', '/self-service/login/flows'], ['GET', '/self-service/settings/browser'], ['GET', '/self-service/logout/browser'],
    ['GET', '/sessions'], ['GET', '/sessions/whoami'], ['POST', '/sessions'], ['OPTIONS', '/self-service/logout'], ['GET', '/self-service/errors'], ['GET', '/self-service/logouts'],
    ['GET', '/myself-service/logout'], ['DELETE', '/oursessions'], ['GET', '/'], ['GET', '/ui/login'],
  ])('%s %s changes nothing', (method, path) => {
    expect(readSessionChange(method, path)).toBeUndefined();
  });
});
