import type { JsonObject } from '../http/json.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { Flow } from './flow.ts';
import { toFlowUiUrl } from './lifecycle.ts';

/** What a client does next: go somewhere. */
export function toRedirectBrowser(url: string): JsonObject {
  return { action: 'redirect_browser_to', redirect_browser_to: url };
}

/** What a native client does next: keep the token. */
export function toSetSessionToken(token: string): JsonObject {
  return { action: 'set_ory_session_token', ory_session_token: token };
}

/** What a client does next: show the page where an address is verified. */
export function toShowVerification(kratos: Kratos, flow: Flow, address: string): JsonObject {
  const url = flow.type === 'browser' ? toFlowUiUrl(kratos, flow) : undefined;
  return { action: 'show_verification_ui', flow: { id: flow.id, verifiable_address: address, url } };
}

/** What a client does next: show the settings, usually to set a new password. */
export function toShowSettings(kratos: Kratos, flow: Flow): JsonObject {
  return { action: 'show_settings_ui', flow: { id: flow.id, url: toFlowUiUrl(kratos, flow) } };
}

/** What a client does next: start the recovery again. */
export function toShowRecovery(flow: Flow): JsonObject {
  return { action: 'show_recovery_ui', flow: { id: flow.id } };
}
