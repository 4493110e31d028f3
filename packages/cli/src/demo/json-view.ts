import { escapeHtml, raw, type Html } from './html.ts';

/** JSON, indented, with a class for each kind of value: `k` key, `s` string, `n` number, `w` true, false, null. */
export function renderJson(value: unknown): Html {
  const text = JSON.stringify(value, undefined, 2);
  const parts = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;
  let rendered = '';
  let end = 0;
  for (const match of text.matchAll(parts)) {
    const [whole, string, colon, number] = match;
    rendered += escapeHtml(text.slice(end, match.index));
    if (string !== undefined) rendered += mark(colon === undefined ? 's' : 'k', string) + (colon ?? '');
    else rendered += mark(number === undefined ? 'w' : 'n', whole);
    end = match.index + whole.length;
  }
  return raw(rendered + escapeHtml(text.slice(end)));
}

function mark(kind: string, text: string): string {
  return `<span class="${kind}">${escapeHtml(text)}</span>`;
}
