import type { JsonObject } from '@ory-proxy/core';
import { html, raw, type Html } from './html.ts';
import { renderJson } from './json-view.ts';
import { style } from './style.ts';
import type { ReceivedToken } from './token.ts';

export interface PageContent {
  readonly token: ReceivedToken | undefined;
  /** Of the request as the app received it. */
  readonly rawHeaders: readonly string[];
  readonly account: { readonly email: string; readonly password: string };
  /** What the browser sees. */
  readonly origin: string;
}

/** The one page of the demo's app: who you are, what the app received, and what to try. */
export function renderPage(content: PageContent): string {
  const { token } = content;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ory-proxy demo</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%234f56d3'/%3E%3Cpath d='M4 8h6m-2-3 3 3-3 3' stroke='white' stroke-width='1.6' fill='none' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
<style>${raw(style)}</style>
</head>
<body>
<header class="bar"><span class="logo">${arrow}</span><strong>ory-proxy</strong><span class="muted">demo</span><span class="note">This page is the app. All it knows of Ory is the request below.</span></header>
<main>
${token === undefined ? renderVisitor(content) : renderUser(token)}
${renderWay(token !== undefined)}
<section class="card">
<h2>What the app received</h2>
<pre class="wrap">${renderRequest(content)}</pre>
</section>
${token === undefined ? undefined : renderDecoded(token)}
<section class="card">
<h2>Try this</h2>
<ul class="steps">${token === undefined ? renderVisitorSteps(content.origin) : renderUserSteps()}</ul>
</section>
</main>
<footer>Everything here runs on this machine and in memory: an emulator stands in for Ory. Not affiliated with Ory Corp.</footer>
</body>
</html>
`.html;
}

const arrow = raw('<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8h8m-3-3.4L12 8l-3.5 3.4" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>');

function renderVisitor({ account }: PageContent): Html {
  return html`<section class="card hero">
<div class="face" aria-hidden="true">?</div>
<div class="who"><h1>You are not logged in</h1><p class="muted">The app received no <code>Authorization</code>, whatever the browser sent.</p></div>
<nav class="actions"><a class="button primary" href="/.ory/proxy/registration">Register</a><a class="button" href="/.ory/proxy/login">Log in</a></nav>
<p class="hint">An account is there already: <code>${account.email}</code> with the password <code>${account.password}</code></p>
</section>`;
}

function renderUser({ payload, problem }: ReceivedToken): Html {
  const session = toObject(payload['session']);
  const identity = toObject(session['identity']);
  const email = toObject(identity['traits'])['email'];
  const subject = typeof payload['sub'] === 'string' ? payload['sub'] : '';
  const name = typeof email === 'string' ? email : subject;
  return html`<section class="card hero">
<div class="face known" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</div>
<div class="who"><h1>Hello, ${name}</h1><p class="muted">Ory identity <code>${subject}</code></p></div>
<nav class="actions"><a class="button" href="/.ory/proxy/settings">Settings</a><a class="button" href="/.ory/proxy/logout">Log out</a></nav>
<p class="hint">${problem === undefined
    ? html`<span class="badge good">signature verified</span>with the public key at <a href="/.ory/jwks.json"><code>/.ory/jwks.json</code></a>`
    : html`<span class="badge bad">not to be trusted</span>${problem}`}</p>
</section>`;
}

function renderWay(isKnown: boolean): Html {
  return html`<ol class="way" aria-label="The way of a request">
<li><b>Browser</b><span>sends Ory's session cookie</span></li>
<li class="us"><b>ory-proxy</b><span>asks Ory whose it is</span></li>
<li class="${isKnown ? 'lit' : ''}"><b>App</b><span>${isKnown ? 'gets a signed JWT' : 'gets no credentials'}</span></li>
</ol>`;
}

/** Fields that only clutter the picture. */
const boring = /^(?:accept.*|cache-control|connection|pragma|priority|referer|sec-.*|te|upgrade-insecure-requests|user-agent|via|dnt)$/i;

function renderRequest({ rawHeaders, token }: PageContent): Html {
  const lines: Html[] = [html`<span class="w">GET / HTTP/1.1</span>\n`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    if (boring.test(name)) continue;
    if (name.toLowerCase() === 'authorization' && token !== undefined) lines.push(html`<mark><span class="k">${name}</span>: Bearer ${renderToken(token.raw)}</mark>\n`);
    else lines.push(html`<span class="k">${name}</span>: ${name.toLowerCase() === 'cookie' ? shorten(value) : value}\n`);
  }
  if (token === undefined) lines.push(html`<span class="muted">(no Authorization)</span>\n`);
  return html`${lines}`;
}

function renderToken(token: string): Html {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return html`<span class="t1">${header}</span>.<span class="t2">${payload}</span>.<span class="t3">${signature}</span>`;
}

/** Cookie values are long and say nothing. */
function shorten(cookies: string): string {
  return cookies.split('; ').map((cookie) => (cookie.length > 48 ? `${cookie.slice(0, 44)}…` : cookie)).join('; ');
}

function renderDecoded({ header, payload, problem }: ReceivedToken): Html {
  const expires = typeof payload['exp'] === 'number' ? Math.max(0, Math.round(payload['exp'] - Date.now() / 1000)) : 0;
  return html`<section class="card">
<h2>The token, decoded</h2>
<p class="muted">Valid for ${expires} more seconds: the proxy makes new ones as long as the session lives.</p>
<div class="columns">
<div class="stack">
<div><h3 class="t1">Header</h3><pre class="wrap">${renderJson(header)}</pre></div>
<div><h3 class="t3">Signature</h3><pre class="wrap">${problem ?? 'made with the private key of ory-proxy,\nverified with the public one'}</pre></div>
</div>
<div><h3 class="t2">Payload</h3><pre class="wrap">${renderJson(payload)}</pre></div>
</div>
</section>`;
}

function renderVisitorSteps(origin: string): Html {
  return html`
<li><b>Register or log in.</b> Ory's pages are served from this very origin, below <code>/.ory</code>: no CORS, no foreign cookies.</li>
<li><b>Forge a header.</b> It does not arrive: <code class="block">curl -H 'Authorization: Bearer forged' ${origin}/api/me</code></li>
<li><b>Watch the terminal.</b> Each request is one line, without secrets.</li>`;
}

function renderUserSteps(): Html {
  return html`
<li><b>Reload.</b> Ory is asked once in five seconds; every other request is answered from memory.</li>
<li><b>Change something</b> in the settings, and find it in the payload at once.</li>
<li><b>Log out.</b> The next request comes without a token, cached or not.</li>`;
}

function toObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as JsonObject : {}; // part of a JSON object
}
