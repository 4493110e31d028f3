import { toJsonReply, toRedirectReply, type Reply } from '../../http/reply.ts';
import { putIdentity } from '../../identities/manage.ts';
import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { ActiveSession } from '../../sessions/active.ts';
import { issueSessionCookie } from '../../sessions/issue.ts';
import { toRedirectBrowser, toShowVerification } from '../continue-with.ts';
import { readReturnTo, toWireFlow, type Flow } from '../flow.ts';
import { toFlowUiUrl } from '../lifecycle.ts';
import { notices } from '../message.ts';
import { resolveReturnTo } from '../return-to.ts';
import { startVerification } from '../verification/start.ts';
import { createSettingsFlow, toSettingsView } from './create.ts';

/** Stores a changed identity and answers with the flow, its form as new. @throws FormError for a taken identifier */
export function completeSettings(exchange: Exchange, flow: Flow, active: ActiveSession, changed: Identity): Reply {
  const { kratos, request } = exchange;
  const { after } = kratos.settings.flows.settings;
  const method = toMethod(active.identity, changed);
  const returnTo = resolveReturnTo(kratos, readReturnTo(flow), after.returnUrl(method) ?? toFlowUiUrl(kratos, flow));
  putIdentity(kratos, changed);
  flow.state = 'success';
  // Kratos takes the whole form of a new flow, so even the action names that other flow.
  const fresh = createSettingsFlow(exchange, changed, flow.type);
  flow.form = fresh.form.clone();
  if (fresh.totpSecret !== undefined) flow.totpSecret = fresh.totpSecret;
  flow.form.messages = [notices.settingsSaved];
  const verification = startVerification(exchange, flow, changed);
  if (after.hasHook(method, 'revoke_active_sessions')) {
    for (const other of kratos.store.sessionsOf(changed.id)) if (other !== active.session) other.active = false;
  }
  const shown = kratos.store.identities.get(changed.id) ?? changed;
  const show = verification && after.hasHook(method, 'show_verification_ui') ? [toShowVerification(kratos, verification.flow, verification.address)] : [];
  if (flow.type === 'api') return toJsonReply(200, toWireFlow(flow, toSettingsView(kratos, shown, show.length > 0 ? show : undefined)));
  issueSessionCookie(exchange, active.session);
  if (!request.isJson) return toRedirectReply(request.method, 303, returnTo);
  return toJsonReply(200, toWireFlow(flow, toSettingsView(kratos, shown, [...show, toRedirectBrowser(returnTo)])));
}

function toMethod(before: Identity, after: Identity): string {
  if (before.password !== after.password) return 'password';
  return before.totpSecret === after.totpSecret ? 'profile' : 'totp';
}
