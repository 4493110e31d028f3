import { describe, expect, it } from 'vitest';
import { decide, type Ambiguity, type Decision } from '../../src/rules/decide.ts';
import { parseRules } from '../../src/rules/parse.ts';
import type { AccessRule } from '../../src/rules/rule.ts';

interface Asked { readonly method?: string; readonly host?: string }

function createAsk(...rules: AccessRule[]): (path: string, asked?: Asked) => Decision | Ambiguity {
  const parsed = parseRules(rules);
  return (path, { method = 'GET', host = 'localhost' } = {}) => decide(parsed, { method, path, host });
}

function sessionOf(decision: Decision | Ambiguity): string {
  return 'action' in decision ? decision.action : decision.session;
}

const protect = createAsk({ match: ['/admin/**', '/api/**'], session: 'required' });

describe('decide', () => {
  it.each([
    ['P2', '/admin'], ['P2', '/admin/'], ['P2', '/admin/x'],
    ['P6', '/admin%2fsecret'], ['P6', '/admin%2Fsecret'], ['P6', '/%61dmin/x'], ['P6', '/admi%6E'],
    ['P7', '/%2561dmin'], ['P7', '/admin%252fsecret'],
    ['P8', '//admin/x'], ['P8', '///admin'],
    ['P10', '/ADMIN/x'], ['P10', '/Admin'], ['P10', '/%41DMIN'],
    ['P11', '/admin;x=1'], ['P11', '/admin;/x'], ['P11', '/;a/admin'], ['P11', '/admin%3bx'],
    ['P12', '/api/private'],
    ['P13', '/admin%23/public'], ['P13', '/admin%3f/public'],
    ['P23', '/admin%20/x'], ['P23', '/admin./x'], ['P23', '/admin%5cx'], ['P23', '/%5cadmin'], ['P23', '/%2Fadmin'],
  ])('%s: protects %s', (_, path) => {
    expect(sessionOf(protect(path))).toBe('required');
  });

  it.each([['P2', '/administrator'], ['P8', '/public//admin'], ['P2', '/'], ['P2', '/x/admin'], ['P2', '/admin-x'], ['P2', '/admin%2d']])('%s: leaves %s as it is without rules', (_, path) => {
    expect(sessionOf(protect(path))).toBe('optional');
  });

  it.each(['/adm%C4%B1n', '/kio%C5%BFk', '/%E2%84%AAiosk/x', '/STRASSE', '/Stra%C3%9Fe', '/STRA%E1%BA%9EE/x', '/cafÉ', '/CAF%C3%A9'])('P10: protects %s, which is the same in capitals', (path) => {
    const ask = createAsk({ match: ['/admin/**', '/api/**', '/kiosk/**', '/straße/**', '/CAFÉ'], session: 'required' });
    expect(sessionOf(ask(path.replace('É', '\xc3\x89')))).toBe('required');
  });

  it('lets the first rule that matches decide', () => {
    const ask = createAsk({ match: '/api/public/**', session: 'none' }, { match: '/api/**', session: 'required' }, { match: '/**', session: 'optional', fresh: true });
    expect(sessionOf(ask('/api/public/x'))).toBe('none');
    expect(sessionOf(ask('/api/x'))).toBe('required');
    expect(ask('/x')).toMatchObject({ session: 'optional', fresh: true });
    expect(sessionOf(ask('/api/public%2f..x'))).toBe('required');
  });

  it('P22: applies a rule of methods to these, GET including HEAD, and says that methods matter everywhere', () => {
    const ask = createAsk({ match: '/form', methods: ['POST', 'get'], session: 'required' });
    for (const method of ['POST', 'GET', 'HEAD', 'post']) expect(ask('/form', { method })).toMatchObject({ session: 'required', methodsMatter: true });
    for (const method of ['PROPFIND', 'PUT', 'OPTIONS']) expect(ask('/form', { method })).toMatchObject({ session: 'optional', methodsMatter: true });
    expect(ask('/other')).toMatchObject({ session: 'optional', methodsMatter: true });
    expect(protect('/admin', { method: 'PROPFIND' })).toMatchObject({ session: 'required', methodsMatter: false });
  });

  it('P17: applies a rule of hosts to these', () => {
    const ask = createAsk({ match: '/**', hosts: ['ADMIN.example.com', '[::1]'], session: 'required' });
    expect(sessionOf(ask('/', { host: 'admin.example.com' }))).toBe('required');
    expect(sessionOf(ask('/', { host: '[::1]' }))).toBe('required');
    expect(sessionOf(ask('/', { host: 'www.example.com' }))).toBe('optional');
  });

  it('gives all that a rule says', () => {
    const ask = createAsk({ match: '/x', session: 'required', aal: 'aal2', maxAge: '15m', when: { active: true }, fresh: true, audience: 'a', to: 'http://orders:8080', revalidateSockets: true });
    const decision = ask('/x');
    expect(decision).toMatchObject({ session: 'required', aal: 'aal2', maxAge: 900_000, fresh: true, audience: ['a'], authorization: 'replace', methodsMatter: false, to: { action: 'forward', upstream: { name: 'app', origin: 'http://orders:8080' } }, revalidateSockets: 60_000 });
    expect('when' in decision && decision.when.map((holds) => holds({ active: true }))).toEqual([true]);
  });

  describe('where forms of a path meet different rules', () => {
    it('P29: takes the higher assurance level', () => {
      const ask = createAsk({ match: '/api/:id', session: 'required' }, { match: '/api/admin/**', session: 'required', aal: 'aal2' });
      expect(ask('/api/admin%2Fx')).toMatchObject({ session: 'required', aal: 'aal2' });
      expect(ask('/api/x')).toMatchObject({ session: 'required', aal: undefined });
    });

    it('combines to the strictest in everything', () => {
      const ask = createAsk(
        { match: '/a/:id', session: 'none' },
        { match: '/a/x/**', session: 'required', aal: 'aal1', maxAge: '10m', when: { one: 1 } },
        { match: '/A/**', session: 'optional', aal: 'aal2', maxAge: '20m', when: { two: 2 }, fresh: true },
      );
      expect(sessionOf(ask('/a/b'))).toBe('none');
      // Read as it is: the first rule; decoded: the second.
      const twice = ask('/a/x%2Fy');
      expect(twice).toMatchObject({ session: 'required', aal: 'aal1', maxAge: 600_000, fresh: false });
      // As it is: the third; in lower case: the second.
      const cased = ask('/A/x/y');
      expect(cased).toMatchObject({ session: 'required', aal: 'aal2', maxAge: 600_000, fresh: true });
      expect('when' in cased && cased.when.map((holds) => holds({ one: 1 }))).toEqual([false, true]);
      expect('when' in cased && cased.when.map((holds) => holds({ two: 2 }))).toEqual([true, false]);
    });

    it('does not let a form open what the path as it is closes, nor the other way', () => {
      const ask = createAsk({ match: '/Public/**', session: 'none' }, { match: '/**', session: 'required' });
      expect(sessionOf(ask('/Public/x'))).toBe('none');
      for (const path of ['/public/x', '/%50ublic/x', '/PUBLIC/x', '/Public%2fx', '/Public;a/x', '/x;/Public/']) expect(sessionOf(ask(path))).toBe('required');
    });

    it.each<[string, AccessRule, AccessRule]>([
      ['authorization', { match: '/hooks/:id', authorization: 'passthrough' }, { match: '/hooks/x/**' }],
      ['authorization of no rule', { match: '/hooks/:id', authorization: 'passthrough' }, { match: '/other' }],
      ['audience', { match: '/hooks/:id', audience: ['a', 'b'] }, { match: '/hooks/x/**', audience: ['b'] }],
      ['audience of no rule', { match: '/hooks/:id', audience: 'a' }, { match: '/other' }],
      ['to', { match: '/hooks/:id', to: 'http://orders:8080' }, { match: '/hooks/x/**', to: 'http://orders:8081' }],
      ['to of no rule', { match: '/hooks/:id', to: 'http://orders:8080' }, { match: '/other' }],
    ])('P30: refuses a path whose forms differ in %s', (_, one, other) => {
      const ask = createAsk(one, other);
      expect(sessionOf(ask('/hooks/x%2Fy'))).toBe('refuse');
      expect(sessionOf(ask('/hooks/x%20y'))).toBe('optional');
      expect(sessionOf(ask('/HOOKS/x'))).toBe('refuse');
    });

    it('combines rules of the same audience and app', () => {
      const same = { to: 'http://orders:8080', audience: ['x'] };
      const ask = createAsk({ match: '/a/:id', ...same, session: 'optional' }, { match: '/a/b/**', to: 'http://orders:8080/', audience: 'x', session: 'required' });
      expect(ask('/a/b%2Fc')).toMatchObject({ session: 'required', audience: ['x'], to: { upstream: { origin: 'http://orders:8080' } } });
    });

    it.each([
      [true, '5s', 5_000], ['5s', true, 5_000], [false, '5s', 5_000], [undefined, '5s', 5_000], [undefined, false, 30_000], [false, false, undefined],
    ])('asks most often about the session of a socket: %j and %j', (one, other, expected) => {
      const rule = (match: string, revalidateSockets: boolean | string | undefined): AccessRule => ({ match, ...(revalidateSockets === undefined ? {} : { revalidateSockets }) });
      const rules = parseRules([rule('/a/:id', one), rule('/a/b/**', other)], { revalidateSockets: 30_000 });
      expect(decide(rules, { method: 'GET', path: '/a/b%2Fc', host: 'localhost' })).toMatchObject({ revalidateSockets: expected });
      expect(decide(rules, { method: 'GET', path: '/other', host: 'localhost' })).toMatchObject({ revalidateSockets: 30_000 });
    });

    it('refuses a path of too many forms', () => {
      expect(sessionOf(protect('/a;p%3b%5c%2f.%20//%253b%255c%252f%252e%2520//x;%2520%253f.//%23y.;'))).toBe('refuse');
    });
  });

  it('opens a public path beyond ASCII however it is written', () => {
    for (const match of ['/caf\u00e9/**', '/caf%C3%A9/**', '/caf%c3%a9/**']) {
      const ask = createAsk({ match, session: 'none' }, { match: '/**', session: 'required' });
      for (const path of ['/caf%C3%A9/x', '/caf%C3%A9', '/caf\xc3\xa9/a%20b']) expect(sessionOf(ask(path))).toBe('none');
      expect(sessionOf(ask('/cafe/x'))).toBe('required');
    }
    const required = createAsk({ match: '/CAF\u00c9/**', session: 'required' });
    for (const path of ['/caf%C3%A9', '/%63AF%C3%89', '/CAF%25C3%2589']) expect(sessionOf(required(path))).toBe('required');
  });
});
