import { toCsrfViolation } from '../csrf/violation.ts';
import { parseForm } from '../http/body.ts';
import { toUrlWithQuery } from '../http/go-url.ts';
import { readString, toGoJson } from '../http/json.ts';
import { toRedirectReply, type Reply } from '../http/reply.ts';
import { toLogoutToken } from '../ids/ids.ts';
import { toWireIdentity } from '../identities/render.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { toAal2Url, hasRequiredAal } from '../sessions/aal.ts';
import { readActiveSession } from '../sessions/active.ts';
import { toWireSession } from '../sessions/render.ts';
import { html, type Html } from './html.ts';
import { toPageReply } from './page.ts';

/** `/`: what this is, and where things are. */
export function answerIndex({ kratos }: Exchange): Reply {
  return toPageReply({
    title: 'Overview',
    body: html`<section class="card">
<h1>An emulated Ory</h1>
<p class="soft">Base URL <code>${kratos.settings.baseUrl}</code></p>
<ul class="links">
<li><a href="${kratos.base}ui/welcome">Account pages</a></li>
<li><a href="${kratos.base}ui/outbox">Messages that would have been sent</a></li>
<li><a href="${kratos.base}sessions/whoami">Who am I</a></li>
<li><a href="${kratos.base}schemas">Identity schemas</a></li>
</ul>
</section>
`,
  });
}

/** `/ui/welcome`: every page that there is; the way out only for those who are in. */
export function answerWelcome(exchange: Exchange): Reply {
  const { base, logoutKey } = exchange.kratos;
  const active = readActiveSession(exchange);
  const logoutUrl = active && toUrlWithQuery(`${base}self-service/logout`, { token: toLogoutToken(active.session.id, logoutKey) });
  const link = (testId: string, path: string, text: string): Html => html`<li><a data-testid="${testId}" href="${base}${path}">${text}</a></li>\n`;
  return toPageReply({
    title: 'Welcome',
    body: html`<section class="card">
<h1>Welcome</h1>
<p class="soft">${active ? `Signed in as ${active.identity.identifiers[0] ?? active.identity.id}.` : 'Nobody is signed in.'}</p>
<ul class="links">
${link('login', 'self-service/login/browser', 'Sign in')}${link('registration', 'self-service/registration/browser', 'Create an account')}${link('recovery', 'self-service/recovery/browser', 'Recover an account')}${link('verification', 'self-service/verification/browser', 'Verify an address')}${link('settings', 'self-service/settings/browser', 'Account settings')}${link('sessions', 'ui/sessions', 'Sessions')}
<li><div data-testid="logout">${logoutUrl ? html`<a aria-disabled="false" href="${logoutUrl}">Sign out</a>` : html`<a aria-disabled="true">Sign out</a>`}</div></li>
</ul>
</section>
`,
  });
}

/** `/ui/sessions`: the session as whoami shows it, and a way to end all others. */
export function answerSessionsPage(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const active = readActiveSession(exchange);
  if (!active) {
    const url = toUrlWithQuery(`${kratos.base}self-service/login/browser`, { return_to: `${kratos.base}ui/sessions` });
    return toRedirectReply(request.method, 303, url);
  }
  if (!hasRequiredAal(active, kratos.settings.session.whoamiRequiredAal)) {
    return toRedirectReply(request.method, 303, toAal2Url(kratos, `${kratos.base}ui/sessions`));
  }
  exchange.ensureCsrfCookie();
  const others = readOthers(exchange).length;
  const session = toWireSession(active.session, toWireIdentity(active.identity, { base: kratos.base }));
  return toPageReply({
    title: 'Sessions',
    wide: true,
    body: html`<section class="card">
<h1>Your session</h1>
<pre>${JSON.stringify(JSON.parse(toGoJson(session)), undefined, 2)}</pre>
</section>
<section class="card">
<h2>Elsewhere</h2>
<p class="soft" data-testid="other-sessions">${others === 1 ? '1 other session' : `${others} other sessions`}</p>
<form action="${kratos.base}ui/sessions" method="post">
<input type="hidden" name="csrf_token" value="${exchange.csrfToken}">
<button type="submit" data-testid="revoke-others">Sign out everywhere else</button>
</form>
</section>
<p class="foot"><a href="${kratos.base}ui/welcome">Back to the overview</a></p>
`,
  });
}

/** The button of that page. */
export function revokeOthersFromPage(exchange: Exchange): Reply {
  const { kratos, request } = exchange;
  const token = readString(parseForm(request), 'csrf_token');
  if (!exchange.isCsrfToken(token)) throw toCsrfViolation(exchange, { isSent: token !== '' });
  for (const session of readOthers(exchange)) session.active = false;
  return toRedirectReply(request.method, 303, `${kratos.base}ui/sessions`);
}

function readOthers(exchange: Exchange): readonly { active: boolean }[] {
  const active = readActiveSession(exchange);
  if (!active) return [];
  const { store, now } = exchange.kratos;
  return store.sessionsOf(active.identity.id).filter((session) => session !== active.session && session.active && session.expiresAt > now());
}
