import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../src/upstream/decoder.ts';

/** Decodes bytes given in pieces. */
async function decode(coding: string, pieces: readonly Uint8Array[]): Promise<{ text: string; bytes: number; error?: Error }> {
  let bytes = 0;
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const finish = (error?: Error): void => { resolve({ text: Buffer.concat(chunks).toString(), bytes, ...(error === undefined ? {} : { error }) }); };
    const decoder = createDecoder(coding, { data: (chunk) => { bytes += chunk.length; if (bytes < 1e6) chunks.push(Buffer.from(chunk)); }, end: () => { finish(); }, fail: finish });
    for (const piece of pieces) decoder?.write(piece);
    decoder?.end();
  });
}

const text = 'https://ory.example/self-service '.repeat(1_000);

describe('createDecoder', () => {
  it.each([['gzip', gzipSync], ['x-gzip', gzipSync], ['br', brotliCompressSync], ['deflate', deflateSync], ['deflate', deflateRawSync]] as const)('B5: decodes %s, at any cut', async (coding, compress) => {
    const encoded = compress(text);
    for (const cut of [1, 2, 10, encoded.length - 1]) expect((await decode(coding, [encoded.subarray(0, cut), encoded.subarray(cut)])).text).toBe(text);
  });

  it('ends an empty body as one', async () => {
    expect(await decode('gzip', [])).toEqual({ text: '', bytes: 0 });
  });

  it.each(['identity', 'zstd', 'gzip, gzip', ''])('B6: knows no %j', (coding) => {
    expect(createDecoder(coding, { data() {}, end() {}, fail() {} })).toBeUndefined();
  });

  it.each([['broken bytes', Buffer.from('not gzip at all')], ['a cut body', gzipSync(text).subarray(0, 50)]])('fails with upstream_invalid on %s', async (_, bytes) => {
    expect((await decode('gzip', [bytes])).error).toMatchObject({ code: 'upstream_invalid' });
  });

  it('B7: stops at 64 MiB of output', async () => {
    const { bytes, error } = await decode('gzip', [gzipSync(Buffer.alloc(100 * 1024 * 1024))]);
    expect(error).toMatchObject({ code: 'upstream_invalid' });
    expect(bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
  });

  it('says nothing after destroy', async () => {
    let calls = 0;
    const count = (): void => { calls += 1; };
    const decoder = createDecoder('gzip', { data: count, end: count, fail: count });
    decoder?.write(gzipSync(text));
    decoder?.destroy();
    decoder?.write(Buffer.from('x'));
    decoder?.end();
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    expect(calls).toBe(0);
  });
});
