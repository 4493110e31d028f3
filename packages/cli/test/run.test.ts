import { describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { createFakeContext } from './fake-context.ts';

describe('run', () => {
  it('prints help, the flags that everybody knows first, and nothing wider than it should be', async () => {
    const context = createFakeContext();
    await expect(run(['--help'], context)).resolves.toBe(0);
    const help = context.out();
    expect(context.err()).toBe('');
    const flags = [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]);
    expect(flags.slice(0, 5)).toEqual(['--sdk-url', '--port', '--open', '--cookie-domain', '--no-jwt']);
    expect(flags).toEqual(expect.arrayContaining(['--help', '--version', '--config', '--quiet', '--emulator', '--require', '--public', '--strict']));
    expect(help).toMatch(/upstream +where your app listens/);
    expect(help).toMatch(/emulator .*run only the emulator/);
    expect([...help.matchAll(/^(\w[\w ]*):$/gm)].map((match) => match[1])).toEqual(['Arguments', 'Options', 'Ory', 'Sessions and tokens', 'Access', 'Network', 'Life cycle', 'Commands', 'Examples']);
    for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it.each([['-h'], ['help'], ['emulator', '--help'], ['demo', '-h'], ['help', 'demo']])('prints help for %s %s', async (...args) => {
    const context = createFakeContext();
    await expect(run(args, context)).resolves.toBe(0);
    expect(context.out()).toMatch(/^Usage: ory-proxy/);
  });

  it('prints its version', async () => {
    const context = createFakeContext();
    await expect(run(['--version'], context)).resolves.toBe(0);
    expect(context.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['http://localhost:3000', '--prot', '80'], "unknown option '--prot'\n(Did you mean --port?)"],
    [['--port'], "option '--port <int>' argument missing"],
    [['a', 'b', 'c'], 'too many arguments'],
    [['emulator', '--prot'], "unknown option '--prot'"],
    [['demo', 'x'], 'too many arguments'],
    [['--port', '5000', 'emulator', '--seed', 'nothing.yaml'], "option '--port' stands before 'emulator', where it would do nothing"],
    [['--require', '/**', 'demo', '--port', 'x'], "option '--require' stands before 'demo'"],
  ])('answers %j with one clear message and exit code 2', async (args, message) => {
    const context = createFakeContext();
    await expect(run(args, context)).resolves.toBe(2);
    expect(context.err()).toContain(message);
    expect(context.out()).toBe('');
  });
});
