import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, type BrotliDecompress, type Gunzip } from 'node:zlib';
import { OryProxyError, type Decoder, type DecoderOutput } from '@ory-proxy/core';

/** A small body may decode to anything: what is longer than this is an attack. */
const decodedLimit = 64 * 1024 * 1024;

type Decompressor = BrotliDecompress | Gunzip;

/** A decoder for gzip, br and deflate; `undefined` for any other coding. Fails with `upstream_invalid` on broken input and beyond 64 MiB of output. */
export function createDecoder(coding: string, output: DecoderOutput): Decoder | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip': return new ZlibDecoder(() => createGunzip(), output);
    case 'br': return new ZlibDecoder(() => createBrotliDecompress(), output);
    // Servers mean either by "deflate"; the first byte of the wrapped form has 8 in its low bits.
    case 'deflate': return new ZlibDecoder((first) => ((first[0] ?? 8) & 0x0f) === 8 ? createInflate() : createInflateRaw(), output);
    default: return undefined;
  }
}

class ZlibDecoder implements Decoder {
  readonly #open: (first: Uint8Array) => Decompressor;
  readonly #output: DecoderOutput;
  #stream: Decompressor | undefined;
  #decoded = 0;
  #over = false;

  constructor(open: (first: Uint8Array) => Decompressor, output: DecoderOutput) {
    this.#open = open;
    this.#output = output;
  }

  write(chunk: Uint8Array): void {
    if (!this.#over) this.#start(chunk).write(chunk);
  }

  end(): void {
    if (this.#over) return;
    if (this.#stream !== undefined) return void this.#stream.end();
    this.#over = true; // nothing at all is no broken body
    this.#output.end();
  }

  destroy(): void {
    this.#over = true;
    this.#stream?.destroy();
  }

  #start(first: Uint8Array): Decompressor {
    if (this.#stream !== undefined) return this.#stream;
    const stream = this.#open(first);
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      if (this.#over) return;
      this.#decoded += chunk.length;
      if (this.#decoded > decodedLimit) return this.#fail('is longer than 64 MiB when decoded');
      this.#output.data(chunk);
    });
    stream.on('end', () => {
      if (this.#over) return;
      this.#over = true;
      this.#output.end();
    });
    stream.on('error', (cause) => { this.#fail('cannot be decoded', cause); });
    return stream;
  }

  #fail(what: string, cause?: Error): void {
    if (this.#over) return;
    this.destroy();
    this.#output.fail(new OryProxyError('upstream_invalid', `the response body ${what}`, { cause }));
  }
}
