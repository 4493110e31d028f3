import { randomBytes } from 'node:crypto';
import type { Reply } from '../http/reply.ts';
import { html, Html } from './html.ts';
import { stylesheet } from './stylesheet.ts';

/** One page of the emulator's own UI. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** More room than a form needs. */
  readonly wide?: boolean;
  /** @default 200 */
  readonly status?: number;
}

/** Answers with a page that runs no script and cannot be framed. */
export function toPageReply(page: Page): Reply {
  const nonce = randomBytes(16).toString('base64url');
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title} · Emulator</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${new Html(stylesheet)}</style>
</head>
<body>
<div class="banner" role="note">An emulator for development and tests: nothing here is real or secure.</div>
<main${page.wide ? html` class="wide"` : ''}>
${page.body}
</main>
</body>
</html>
`;
  return {
    status: page.status ?? 200,
    headers: [
      ['Cache-Control', 'no-store'],
      // No form-action: browsers apply it to the redirect after a POST too, and that leads to the app.
      ['Content-Security-Policy', `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'`],
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Referrer-Policy', 'same-origin'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: document.markup,
  };
}
