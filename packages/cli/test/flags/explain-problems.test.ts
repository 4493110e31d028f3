import { describe, expect, it } from 'vitest';
import { explainProblems } from '../../src/flags/explain-problems.ts';

const bad = (option: string): { option: string; message: string }[] => [{ option, message: 'must be good' }];

describe('explainProblems', () => {
  it.each([
    ['upstream', 'argument [upstream] must be good'],
    ['publicUrl', 'argument [public-url] must be good'],
    ['port', '--port must be good'],
    ['oryUrl', '--sdk-url must be good'],
    ['jwt', '--no-jwt must be good'],
    ['rules[0].match', '--require or --public: rules[0].match must be good'],
  ])('names %s as it was typed, with exit code 2', (option, message) => {
    expect(explainProblems(bad(option), { from: new Map([[option.split('[')[0] ?? '', 'flag']]), env: {} })).toMatchObject({ message, exitCode: 2 });
  });

  it.each([
    [{ PORT: 'x' }, 'environment variable PORT must be good'],
    [{ PORT: '1', ORY_PROXY_PORT: 'x' }, 'environment variable ORY_PROXY_PORT must be good'],
    [{ ORY_PROXY_PORT_FILE: '/x' }, 'environment variable ORY_PROXY_PORT_FILE must be good'],
  ])('names the variable among %o, with exit code 3', (env, message) => {
    expect(explainProblems(bad('port'), { from: new Map([['port', 'environment']]), env })).toMatchObject({ message, exitCode: 3 });
  });

  it('names the file and its key, with exit code 3', () => {
    const problems = [...bad('rules[1].session'), { option: 'prot', message: 'is not an option; did you mean "port"?' }];
    expect(explainProblems(problems, { from: new Map([['rules', 'file ory-proxy.config.yaml'], ['prot', 'file ory-proxy.config.yaml']]), env: {} })).toMatchObject({
      message: 'ory-proxy.config.yaml: "rules[1].session" must be good\nerror: ory-proxy.config.yaml: "prot" is not an option; did you mean "port"?', exitCode: 3,
    });
  });

  it('takes what is missing for a mistake on the command line', () => {
    const missing = [{ option: 'oryUrl', message: 'is missing' }, { option: 'upstream', message: 'is missing: say "port"' }];
    const { message, exitCode } = explainProblems(missing, { from: new Map(), env: {} });
    expect(message).toContain('--sdk-url <url>');
    expect(message).toContain('argument [upstream] is missing: say --port');
    expect(exitCode).toBe(2);
  });

  it('ends with 2 when one of several problems was typed', () => {
    expect(explainProblems([...bad('port'), ...bad('host')], { from: new Map([['port', 'environment'], ['host', 'flag']]), env: {} }).exitCode).toBe(2);
  });
});
