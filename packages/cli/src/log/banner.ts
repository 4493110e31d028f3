import { styleText } from 'node:util';

/** A label and what stands beside it; without a label, a line of its own below. */
export type BannerLine = readonly [label: string, text: string];

/** What a person reads when something has started: its name, then aligned lines. */
export function createBanner(title: string, lines: readonly BannerLine[], options: { readonly colors: boolean }): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string => (options.colors ? styleText(style, text, { validateStream: false }) : text);
  const width = Math.max(...lines.map(([label]) => label.length));
  const body = lines.map(([label, text]) => `  ${paint('dim', label.padEnd(width))}  ${text}\n`).join('');
  return `\n  ${paint('bold', title)}\n\n${body}\n`;
}
