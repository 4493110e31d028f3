import { describe, expect, it } from 'vitest';
import { OptionsError } from '../../src/options/problems.ts';
import { optionalDecision } from '../../src/rules/compiled-rule.ts';
import { decide } from '../../src/rules/decide.ts';
import { parseRules } from '../../src/rules/parse.ts';
import type { AccessRule } from '../../src/rules/rule.ts';

function problemOf(...rules: AccessRule[]): string {
  try {
    parseRules(rules);
  } catch (error) {
    return error instanceof OptionsError ? error.problems.map(({ option, message }) => `${option} ${message}`).join('; ') : '';
  }
  return '';
}

describe('parseRules', () => {
  it('knows an empty list', () => {
    const rules = parseRules([]);
    expect(rules.isEmpty).toBe(true);
    expect(decide(rules, { method: 'GET', path: '/x', host: 'a' })).toBe(optionalDecision);
  });

  it.each<[AccessRule, string]>([
    [{ match: 'admin' }, 'rules[0].match "admin" must begin with /'],
    [{ match: [] }, 'rules[0].match is empty'],
    [{ match: ['/ok', '/{a,b}'] }, 'rules[0].match "/{a,b}" has "{"'],
    [{ match: '/x', methods: [] }, 'rules[0].methods is empty'],
    [{ match: '/x', methods: ['GET', 'P UT'] }, 'rules[0].methods has "P UT"'],
    [{ match: '/x', hosts: [] }, 'rules[0].hosts is empty'],
    [{ match: '/x', hosts: ['a.com:80'] }, 'rules[0].hosts has "a.com:80"'],
    [{ match: '/x', hosts: ['*.a.com'] }, 'rules[0].hosts has "*.a.com"'],
    [{ match: '/x', aal: 'high' }, 'rules[0].aal must be'],
    [{ match: '/x', maxAge: 'soon' }, 'rules[0].maxAge must be'],
    [{ match: '/x', maxAge: -1 }, 'rules[0].maxAge must be'],
    [{ match: '/x', maxAge: '0m' }, 'rules[0].maxAge must be more than 0'],
    [{ match: '/x', when: {} }, 'rules[0].when must name'],
    [{ match: '/x', audience: [] }, 'rules[0].audience must be'],
    [{ match: '/x', audience: '' }, 'rules[0].audience must be'],
    [{ match: '/x', session: 'none', aal: 'aal2' }, 'rules[0].aal has no effect'],
    [{ match: '/x', session: 'none', fresh: true }, 'rules[0].fresh has no effect'],
    [{ match: '/x', authorization: 'passthrough', audience: 'a' }, 'rules[0].audience has no effect'],
    [{ match: '/x', to: '' }, 'rules[0].to must be an http:// or https:// URL'],
    [{ match: '/x', to: 'orders:8080' }, 'rules[0].to must be an http:// or https:// URL'],
    [{ match: '/x', to: 'http://orders:8080/api' }, 'rules[0].to must not have a path'],
    [{ match: '/x', to: 'http://u:canary-password@orders:8080' }, 'rules[0].to must not hold a user name or password'],
    [{ match: '/x', to: 'unix:run/app.sock' }, 'rules[0].to must be unix:/path'],
    [{ match: '/x', revalidateSockets: '10ms' }, 'rules[0].revalidateSockets must be true, false or a duration of 1s at least'],
    [{ match: '/x', revalidateSockets: 'often' }, 'rules[0].revalidateSockets must be'],
    [{ match: '/x', session: 'none', revalidateSockets: true }, 'rules[0].revalidateSockets has no effect'],
  ])('refuses %j', (rule, message) => {
    expect(problemOf(rule)).toContain(message);
    expect(problemOf(rule)).not.toContain('canary');
  });

  it('names each app once, whichever way it is written', () => {
    const { apps } = parseRules([{ match: '/a/**', to: 'http://orders:8080' }, { match: '/b/**', to: 'http://ORDERS:8080/' }, { match: '/c/**', to: 'unix:/run/app.sock' }]);
    expect(apps).toEqual([{ name: 'app', origin: 'http://orders:8080' }, { name: 'app', origin: 'unix:/run/app.sock' }]);
  });

  it('lists everything that is wrong, each with its place', () => {
    const message = problemOf({ match: '/ok' }, { match: 'a', aal: 'x' }, { match: ['b', 'c'] });
    expect(message.match(/rules\[\d\]\.\w+/g)).toEqual(['rules[1].match', 'rules[1].aal', 'rules[2].match', 'rules[2].match']);
  });

  describe('about rules that never count', () => {
    it.each<[AccessRule, AccessRule]>([
      [{ match: '/**' }, { match: '/admin/**', session: 'required' }],
      [{ match: ['/a/**', '/b/**'] }, { match: ['/b/x', '/a'] }],
      [{ match: '/a/:id' }, { match: '/a/b', methods: ['POST'] }],
      [{ match: '/a', methods: ['GET', 'POST'] }, { match: '/a', methods: ['HEAD'] }],
      [{ match: '/a', hosts: ['A.com.'] }, { match: '/a', hosts: ['a.com'] }],
    ])('refuses after %j the rule %j', (earlier, later) => {
      expect(problemOf(earlier, later)).toBe('rules[1].match never counts: rules[0] covers it completely and comes first');
    });

    it.each<[AccessRule, AccessRule]>([
      [{ match: '/admin/**', session: 'required' }, { match: '/**' }],
      [{ match: '/a/**', methods: ['GET'] }, { match: '/a/**' }],
      [{ match: '/a/**', hosts: ['a.com'] }, { match: '/a/**', hosts: ['b.com'] }],
      [{ match: '/a/**' }, { match: ['/a/b', '/c'] }],
      [{ match: '/api/:id', session: 'required' }, { match: '/api/admin/**', session: 'required', aal: 'aal2' }],
    ])('accepts after %j the rule %j', (earlier, later) => {
      expect(problemOf(earlier, later)).toBe('');
    });
  });
});
