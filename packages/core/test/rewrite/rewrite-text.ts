import { createBodyRewriter, type BodyRewriter, type BodyRewriterOptions } from '../../src/rewrite/body.ts';
import type { Rehoming } from '../../src/rewrite/rehoming.ts';
import { createServices, createTable } from './setting.ts';

export interface TextSetting extends Partial<BodyRewriterOptions> {
  readonly rehoming?: Rehoming;
}

export function createRewriter({ rehoming = createTable(), service = createServices().main, json = false, keptMember }: TextSetting = {}): BodyRewriter {
  return createBodyRewriter(rehoming, { service, json, keptMember });
}

/** Bytes of a latin1 text, so that tests can put any byte anywhere. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

export function toText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Rewrites a latin1 text that comes in the given pieces. */
export function rewritePieces(pieces: readonly string[], setting: TextSetting = {}): string {
  const rewriter = createRewriter(setting);
  return [...pieces.map((piece) => toText(rewriter.write(toBytes(piece)))), toText(rewriter.end())].join('');
}

/** Rewrites a text whole, and checks that it comes out the same cut in two anywhere and byte by byte. */
export function rewriteText(text: string, setting: TextSetting = {}): string {
  const whole = rewritePieces([text], setting);
  for (let at = 0; at <= text.length; at++) {
    const cut = rewritePieces([text.slice(0, at), text.slice(at)], setting);
    if (cut !== whole) throw new Error(`cut at ${at}: ${cut}\nwhole: ${whole}`);
  }
  const bytewise = rewritePieces(text.split(''), setting);
  if (bytewise !== whole) throw new Error(`byte by byte: ${bytewise}\nwhole: ${whole}`);
  return whole;
}
