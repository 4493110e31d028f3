import { toUrlWithQuery } from '../http/go-url.ts';
import { toRedirectReply, type Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { readActiveSession } from '../sessions/active.ts';
import type { Flow, FlowKind } from '../flows/flow.ts';
import { isExpired } from '../flows/lifecycle.ts';
import { toForms, toMessages } from './form.ts';
import { html, type Html } from './html.ts';
import { toPageReply } from './page.ts';

/** The page of a self-service flow; without a flow of this browser's own it starts one. */
export function answerFlowPage(exchange: Exchange, kind: FlowKind): Reply {
  const { kratos, request } = exchange;
  const flow = kratos.store.flows.get((request.query.get('flow') ?? '').toLowerCase());
  if (flow?.kind !== kind || !isOwn(exchange, flow) || isExpired(kratos, flow)) {
    const returnTo = request.query.get('return_to') || undefined;
    return toRedirectReply(request.method, 303, toUrlWithQuery(`${kratos.base}self-service/${kind}/browser`, { return_to: returnTo }));
  }
  const title = readTitle(flow);
  const [first, ...others] = toForms(flow);
  return toPageReply({
    title,
    body: html`<h1>${title}</h1>
${toMessages(flow.form.messages)}${first}${others}${toFoot(kratos, flow)}`,
  });
}

/** Whether the browser that asks is the one that the flow was made for. */
function isOwn(exchange: Exchange, flow: Flow): boolean {
  if (flow.type !== 'browser') return false;
  if (flow.kind === 'settings') return readActiveSession(exchange)?.identity.id === flow.identityId;
  return exchange.isCsrfToken(flow.csrfCookie);
}

function readTitle(flow: Flow): string {
  switch (flow.kind) {
    case 'login':
      return flow.requestedAal === 'aal2' ? 'One more step' : flow.refresh ? 'Confirm that it is you' : 'Sign in';
    case 'registration':
      return 'Create an account';
    case 'settings':
      return 'Account settings';
    case 'recovery':
      return 'Recover your account';
    case 'verification':
      return 'Verify your address';
  }
}

function toFoot(kratos: Kratos, flow: Flow): Html | undefined {
  const { registration, recovery } = kratos.settings.flows;
  switch (flow.kind) {
    case 'login':
      if (flow.refresh || flow.requestedAal === 'aal2') return undefined;
      return html`${registration.enabled && html`<p class="foot">New here? <a data-testid="signup-link" href="${kratos.base}self-service/registration/browser">Create an account</a></p>`}
${recovery.enabled && html`<p class="foot"><a data-testid="recovery-link" href="${kratos.base}self-service/recovery/browser">Forgot your password?</a></p>`}
`;
    case 'registration':
    case 'recovery':
      return html`<p class="foot">${flow.kind === 'recovery' ? 'Remembered it?' : 'Have an account?'} <a data-testid="cta-link" href="${kratos.base}self-service/login/browser">Sign in</a></p>
`;
    case 'settings':
      return html`<p class="foot"><a href="${kratos.base}ui/welcome">Back to the overview</a></p>
`;
    case 'verification':
      return undefined;
  }
}
