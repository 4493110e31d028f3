import type { Fields } from '../message.ts';

const style = ':root{color-scheme:light dark;--ink:#1c2330;--dim:#5b6472;--line:#dfe3ea;--page:#f6f7f9;--card:#fff}'
  + '@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--dim:#98a1b0;--line:#2c3340;--page:#12151b;--card:#1a1e26}}'
  + '*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--page);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}'
  + 'main{width:100%;max-width:30rem;padding:2rem 2.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}'
  + '.status{margin:0;color:var(--dim);font-variant-numeric:tabular-nums}h1{margin:.15rem 0 .75rem;font-size:1.375rem;line-height:1.3}p{margin:0}ul{margin:.75rem 0 0;padding-left:1.25rem}'
  + 'button{padding:.5rem 1.25rem;border:0;border-radius:.5rem;background:var(--ink);color:var(--card);font:inherit;cursor:pointer}'
  + '.id{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--dim);font-size:.8125rem;overflow-wrap:anywhere}code{font:inherit;font-family:ui-monospace,monospace}';

/** A page of ours as text, without scripts or anything from elsewhere. @param title plain text @param content HTML */
export function createPage(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}

/** Fields of such a page. @param hasForm browsers hold `form-action` against the redirects of an answer too, which may lead to another origin */
export function pageFields({ hasForm }: { readonly hasForm: boolean }): Fields {
  return [
    'Content-Type', 'text/html; charset=utf-8', 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff',
    'Content-Security-Policy', `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; ${hasForm ? '' : "form-action 'none'; "}frame-ancestors 'none'`,
  ];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
