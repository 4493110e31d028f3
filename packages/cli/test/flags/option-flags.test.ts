import { Command } from 'commander';
import { optionDefinitions } from '@ory-proxy/core/options';
import { describe, expect, it } from 'vitest';
import { addOptionFlags, readOptionFlags } from '../../src/flags/option-flags.ts';
import { addRuleFlags, readRuleFlags } from '../../src/flags/rule-flags.ts';

function parse(...args: string[]): { flags: object; rules: object; operands: string[] } {
  const command = new Command().exitOverride().argument('[upstream]').argument('[public-url]').configureOutput({ writeErr: () => {} });
  addOptionFlags(command);
  addRuleFlags(command);
  command.parse(args, { from: 'user' });
  return { flags: readOptionFlags(command), rules: readRuleFlags(command), operands: command.args };
}

describe('readOptionFlags', () => {
  it('says nothing about what was not typed', () => {
    expect(parse()).toEqual({ flags: {}, rules: {}, operands: [] });
  });

  it("reads the flags of Ory's own proxy", () => {
    expect(parse('--sdk-url', 'https://x.projects.oryapis.com', '--port', '8080', '--cookie-domain', 'example.org', '--no-jwt', '--open', 'http://localhost:3000', 'https://ory.example.org'))
      .toEqual({
        flags: { oryUrl: 'https://x.projects.oryapis.com', port: '8080', cookieDomain: 'example.org', jwt: false, open: true },
        rules: {}, operands: ['http://localhost:3000', 'https://ory.example.org'],
      });
  });

  it('takes lists by repetition and by commas, and leaves the arguments that follow alone', () => {
    expect(parse('--ory-origin', 'http://a', '--ory-origin=http://b,ui=http://c', 'http://localhost:3000'))
      .toMatchObject({ flags: { oryOrigins: ['http://a', 'http://b', 'ui=http://c'] }, operands: ['http://localhost:3000'] });
  });

  it('knows the further spellings', () => {
    expect(parse('--ory-url', 'http://o', '--cors-origin', 'http://a', '--allowed-cors-origins', 'http://b', '--cors-header', 'X-A').flags)
      .toEqual({ oryUrl: 'http://o', allowedCorsOrigins: ['http://b', 'http://a'], additionalCorsHeaders: ['X-A'] });
  });

  it.each([['--quiet', 'warn'], ['--debug', 'debug']])('takes %s for a log level', (flag, logLevel) => {
    expect(parse(flag).flags).toEqual({ logLevel });
  });

  it.each([['--quiet', '--debug'], ['--quiet', '--log-level=info'], ['--debug', '--log-level=info']])('refuses %s beside %s', (one, other) => {
    expect(() => parse(one, other)).toThrow('cannot be used with');
  });

  it('has a flag for every option of the standalone proxy that is no argument, no secret and no list of rules', () => {
    for (const [name, definition] of Object.entries(optionDefinitions)) {
      const own = `--${name === 'jwt' ? 'no-' : ''}${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const args = definition.value === undefined ? [own] : [own, 'x'];
      const isFlag = definition.adapters.includes('C') && definition.flag !== false && definition.secret !== true;
      if (isFlag) expect(Object.keys(parse(...args).flags), own).toEqual([name]);
      else expect(() => parse(...args), own).toThrow('unknown option');
    }
  });
});

describe('readRuleFlags', () => {
  it('keeps the order in which rules were typed', () => {
    expect(parse('--public', '/assets/**', '--require=/account/**', '--public', '/account/help').rules).toEqual({
      rules: [{ match: '/assets/**', session: 'none' }, { match: '/account/**', session: 'required' }, { match: '/account/help', session: 'none' }],
    });
  });
});
