import { describe, expect, it } from 'vitest';
import { rewriteAppLocation, rewriteOryLocation } from '../../src/rewrite/location.ts';
import { appOrigin, createServices, createTable } from './setting.ts';

const table = createTable();
const { main } = createServices();

describe('rewriteOryLocation', () => {
  const move = (value: string): string => rewriteOryLocation(value, main, table);

  it.each([
    'http://kr.example/ui/login', 'HTTPS://KR.example/ui/login', 'https://kr.example:443/ui/login', 'http://kr.example:80/ui/login',
    '//kr.example/ui/login', '//kr.example:443/ui/login',
  ])('L3: moves %s under the public origin and the prefix', (value) => {
    expect(move(value)).toBe('http://localhost:4000/.ory/ui/login');
  });

  it('keeps everything after the origin byte for byte', () => {
    expect(move('https://kr.example//a/../%2e%2F;x/?q=%zz&r=a b#f')).toBe('http://localhost:4000/.ory//a/../%2e%2F;x/?q=%zz&r=a b#f');
    expect(move('https://kr.example')).toBe('http://localhost:4000/.ory');
    expect(move('https://kr.example?x')).toBe('http://localhost:4000/.ory?x');
  });

  it.each([
    ['/ui/x', '/.ory/ui/x'], ['/', '/.ory/'], ['ui/x', 'ui/x'], ['../self-service', '../self-service'], ['?a', '?a'], ['#f', '#f'], ['', ''],
  ])('L5: takes %j for %j', (value, expected) => {
    expect(move(value)).toBe(expected);
  });

  it.each(['http://localhost:4000/.ory/ui/login', '/.ory/ui/login', '/.ory', '/.ory?x'])('L12: leaves %s, which is public already', (value) => {
    expect(move(value)).toBe(value);
  });

  it('takes a path that merely begins like the prefix for one of Ory', () => {
    expect(move('/.oryx')).toBe('/.ory/.oryx');
  });

  it('L13: moves the internal origin of the app without prefix', () => {
    expect(move('http://127.0.0.1:3000/welcome?x')).toBe('http://localhost:4000/welcome?x');
  });

  it.each([
    'https://kr.example.evil/x', 'https://kr.examplex', 'https://kr.example:8443/x', 'https://kr.example:4430/x', 'https://kr.example:80/x', 'https://kr.example@evil/x',
    'https://kr.example%2eevil/x', 'https://u@kr.example/x', 'xhttps://kr.example/', 'https:/kr.example/', 'ftp://kr.example/', '//evil.example/kr.example',
    'https://evil.example/?u=https://kr.example/', 'javascript:alert(1)', 'https://é.kr.example/', 'https://kr.exampleé/',
  ])('leaves %s, which is somebody else', (value) => {
    expect(move(value)).toBe(value);
  });

  it('L11: knows the aliases of oryOrigins, and no other', () => {
    const services = createServices({ kratosUrl: 'http://kratos:4433', oryOrigins: ['http://kratos.example:4433'] });
    const aliased = createTable({ services });
    expect(rewriteOryLocation('http://kratos.example:4433/self-service/x', services.main, aliased)).toBe('http://localhost:4000/.ory/self-service/x');
    expect(rewriteOryLocation('http://kratos:4433/x', services.main, aliased)).toBe('http://localhost:4000/.ory/x');
    expect(rewriteOryLocation('http://other.example:4433/x', services.main, aliased)).toBe('http://other.example:4433/x');
  });

  it.each([
    ['/ui/welcome', 'https://kr.example/ui/welcome'], ['with a query', 'https://kr.example/ui/welcome?flow=1'],
    ['a relative one', '/ui/welcome'], ['one that is public already', 'http://localhost:4000/.ory/ui/welcome'],
  ])('O8: sends who would land on the welcome page to the default redirect URL: %s', (_, value) => {
    expect(rewriteOryLocation(value, main, createTable({ defaultRedirectUrl: 'https://app.example/home' }))).toBe('https://app.example/home');
  });
  it('does not take other pages for the welcome page', () => {
    expect(move('/ui/welcomes')).toBe('/.ory/ui/welcomes');
    expect(move('https://kr.example/ui/welcome/x')).toBe('http://localhost:4000/.ory/ui/welcome/x');
  });

  describe('with a base path', () => {
    const services = createServices({ oryUrl: 'https://kr.example/api/kratos/public' });
    const based = createTable({ services });
    it.each([
      ['https://kr.example/api/kratos/public/self-service/x', 'http://localhost:4000/.ory/self-service/x'],
      ['https://kr.example/api/kratos/public', 'http://localhost:4000/.ory'],
      ['https://kr.example/api/kratos/publicity', 'http://localhost:4000/.ory/api/kratos/publicity'],
      ['https://kr.example/ui/login', 'http://localhost:4000/.ory/ui/login'],
      ['/api/kratos/public/x', '/.ory/x'], ['/ui/login', '/.ory/ui/login'],
    ])('takes %s for %s', (value, expected) => {
      expect(rewriteOryLocation(value, services.main, based)).toBe(expected);
    });
  });

  describe('with several services', () => {
    const services = createServices({ kratosUrl: 'http://gw.example:8080/kratos', hydraUrl: 'http://gw.example:8080/kratos/hydra', uiUrl: 'http://ui.example:3001', oryOrigins: ['ui=https://login.example', 'hydra=https://id.example'] });
    const several = createTable({ services });
    const { main: kratos, hydra = kratos, ui = kratos } = services;
    it.each([
      ['the longest base path wins', kratos, 'http://gw.example:8080/kratos/hydra/oauth2/auth?x', 'http://localhost:4000/.ory/oauth2/auth?x'],
      ['the shorter one is for the rest', hydra, 'http://gw.example:8080/kratos/self-service', 'http://localhost:4000/.ory/self-service'],
      ['no base path at all', hydra, 'http://gw.example:8080/other', 'http://localhost:4000/.ory/other'],
      ['the UI is below its mount', kratos, 'http://ui.example:3001/login?flow=1', 'http://localhost:4000/.ory/ui/login?flow=1'],
      ['an alias of the UI', kratos, 'https://login.example/login', 'http://localhost:4000/.ory/ui/login'],
      ['an alias of Hydra', kratos, 'https://id.example/oauth2/auth', 'http://localhost:4000/.ory/oauth2/auth'],
      ['a path of the UI', ui, '/login', '/.ory/ui/login'],
      ['a path of the UI that is public already', ui, '/.ory/ui/login', '/.ory/ui/login'],
      ['a path of Kratos', kratos, '/kratos/x', '/.ory/x'],
      ['a path of Kratos that is Hydra at their gateway', kratos, '/kratos/hydra/x', '/.ory/x'],
    ])('%s', (_, service, value, expected) => {
      expect(rewriteOryLocation(value, service, several)).toBe(expected);
    });
    it('gives an origin without base path in front to the service that speaks', () => {
      const shared = createServices({ kratosUrl: 'http://gw.example/kratos', uiUrl: 'http://gw.example/pages' });
      const sharedTable = createTable({ services: shared });
      expect(rewriteOryLocation('http://gw.example/x', shared.main, sharedTable)).toBe('http://localhost:4000/.ory/x');
      expect(rewriteOryLocation('http://gw.example/x', shared.ui ?? shared.main, sharedTable)).toBe('http://localhost:4000/.ory/ui/x');
      expect(rewriteOryLocation('http://gw.example/pages/x', shared.main, sharedTable)).toBe('http://localhost:4000/.ory/ui/x');
    });
  });

  it('gives what is below no base path to the app where both are at one gateway', () => {
    const services = createServices({ kratosUrl: 'http://gw.example/kratos' });
    const gateway = createTable({ services, appOrigins: ['http://gw.example'] });
    expect(rewriteOryLocation('http://gw.example/kratos/x', services.main, gateway)).toBe('http://localhost:4000/.ory/x');
    expect(rewriteOryLocation('http://gw.example/dashboard', services.main, gateway)).toBe('http://localhost:4000/dashboard');
    expect(rewriteOryLocation('/dashboard', services.main, gateway)).toBe('/dashboard');
  });

  it('does not add the prefix twice where the public origin is one of Ory', () => {
    const services = createServices({ kratosUrl: 'http://kratos:4433', oryOrigins: ['http://localhost:4000'] });
    const own = createTable({ services });
    expect(rewriteOryLocation('http://localhost:4000/.ory/x', services.main, own)).toBe('http://localhost:4000/.ory/x');
    expect(rewriteOryLocation('http://localhost:4000/self-service/x', services.main, own)).toBe('http://localhost:4000/.ory/self-service/x');
  });
});

describe('rewriteAppLocation', () => {
  const app = { name: 'app', origin: appOrigin } as const;
  it.each([
    ['http://127.0.0.1:3000/app/', 'http://localhost:4000/app/'],
    ['https://127.0.0.1:3000/a%2Fb?x#y', 'http://localhost:4000/a%2Fb?x#y'],
    ['//127.0.0.1:3000/x', 'http://localhost:4000/x'],
  ])('L8: takes %s, its internal origin, for %s', (value, expected) => {
    expect(rewriteAppLocation(value, app, table)).toBe(expected);
  });
  it.each(['/app/', '/a%2Fb', '//cdn.x/y', 'http://127.0.0.1:30001/', 'http://127.0.0.1/', 'https://kr.example/ui/login', 'a', ''])('L8: leaves %j', (value) => {
    expect(rewriteAppLocation(value, app, table)).toBe(value);
  });
  it('leaves everything when the app has no origin', () => {
    const socket = { name: 'app', origin: 'unix:/run/app.sock' } as const;
    expect(rewriteAppLocation('http://127.0.0.1:3000/x', socket, createTable({ appOrigins: [socket.origin] }))).toBe('http://127.0.0.1:3000/x');
  });
  it('takes the origin of the app that answers, and leaves that of another', () => {
    const origins = [app.origin, 'http://orders:8080'];
    expect(rewriteAppLocation('http://orders:8080/x', { name: 'app', origin: 'http://orders:8080' }, createTable({ appOrigins: origins }))).toBe('http://localhost:4000/x');
    expect(rewriteAppLocation('http://orders:8080/x', app, createTable({ appOrigins: origins }))).toBe('http://orders:8080/x');
  });
});
