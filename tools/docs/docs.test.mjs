import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { readBlocks } from './blocks.mjs';
import { compareJson, compareText } from './output.mjs';
import { createPage } from './page.mjs';
import { choosePorts } from './ports.mjs';

const fence = '```';

describe('readBlocks', () => {
  it('reads language, text, line and directive', () => {
    const markdown = ['# x', '', '<!-- run: server 4000, file a.ts -->', `${fence}ts title`, 'one', '', 'two', fence, `${fence}sh`, 'x', fence].join('\n');
    assert.deepEqual(readBlocks(markdown), [
      { language: 'ts', text: 'one\n\ntwo\n', line: 4, directive: { server: '4000', file: 'a.ts' } },
      { language: 'sh', text: 'x\n', line: 9, directive: {} },
    ]);
  });

  it('refuses directives that it does not know, and blocks without an end', () => {
    assert.throws(() => readBlocks(`<!-- run: later -->\n${fence}sh\nx\n${fence}`), /no directive "later"/);
    assert.throws(() => readBlocks(`${fence}sh\nx`), /never closed/);
  });
});

describe('compareText', () => {
  it('finds each line in order, with … for the rest', () => {
    assert.equal(compareText('a\n…\nHost: …\n', 'a\nb\nHost: x\nc\n'), undefined);
    assert.match(compareText('a\nb\n', 'b\na\n'), /lacks the line: b/);
    assert.match(compareText('a.c\n', 'abc\n'), /lacks/);
  });
});

describe('compareJson', () => {
  it('wants all that is expected, and leaves the rest alone', () => {
    assert.equal(compareJson('{"a":{"b":"…"},"c":[1]}', '{"a":{"b":2,"x":3},"c":[1]}'), undefined);
    assert.match(compareJson('{"a":1}', '{"a":2}'), /\$\.a is 2, not 1/);
    assert.match(compareJson('{"a":"…"}', '{}'), /\$\.a is missing/);
    assert.match(compareJson('{}', 'no'), /not JSON/);
  });
});

describe('createPage', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-test-'));
  afterAll(() => { rmSync(folder, { recursive: true }); });
  const ports = await choosePorts();
  const run = (...lines) => createPage({ name: 'page.md', markdown: lines.join('\n'), folder, builtFolder: folder, ports, env: process.env, loadConfiguration: async () => {} }).run();

  it('runs commands and compares what they print', async () => {
    await run(`${fence}sh`, 'echo one', fence, `${fence}text`, 'one', fence);
    await assert.rejects(run(`${fence}sh`, 'echo two', fence, `${fence}text`, 'one', fence), /page\.md:4: the output lacks the line: one/);
  });

  it('translates the ports that are documented there and back', async () => {
    await run(`${fence}sh`, `test 3000 = ${ports.of('3000')} && echo http://localhost:3000`, fence, `${fence}text`, 'http://localhost:3000', fence);
  });

  it('fails for a block that nothing runs', async () => {
    await assert.rejects(run(`${fence}python`, 'print(1)', fence), /page\.md:1: nothing runs "python" blocks/);
    await assert.rejects(run(fence, 'x', fence), /nothing runs "" blocks/);
    await assert.rejects(run(`${fence}text`, 'x', fence), /follows no command/);
  });

  it('fails for a command that ends as it should not', async () => {
    await assert.rejects(run(`${fence}sh`, 'exit 3', fence), /exit code 3, not 0/);
    await run('<!-- run: exit 3 -->', `${fence}sh`, 'exit 3', fence);
  });

  it('fails for a server that does not listen', async () => {
    await assert.rejects(run('<!-- run: server 8080 -->', `${fence}sh`, 'echo no', fence), /it ended before it listened\nno/);
  });
});
