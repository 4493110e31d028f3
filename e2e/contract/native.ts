import { passwordForm, readNodes, toFlow, type Flow, type FlowKind } from './browser.ts';
import type { Answer } from './http.ts';
import { expectStatus, type Identity } from './identities.ts';
import { json, read, readText } from './json.ts';
import type { Target } from './target.ts';
import { createTotpCode } from './totp.ts';

/** A native session. */
export interface Login {
  readonly token: string;
  readonly sessionId: string;
  readonly headers: { readonly 'X-Session-Token': string };
}

export async function startNative(target: Target, kind: FlowKind, headers: Readonly<Record<string, string>> = {}): Promise<Flow> {
  const answer = await target.call({ path: `/self-service/${kind}/api`, headers });
  expectStatus(answer, 200);
  return toFlow(kind, answer);
}

export async function submitNative(target: Target, flow: Flow, form: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return target.call({
    method: 'POST',
    path: `/self-service/${flow.kind}?flow=${flow.id}`,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(form),
  });
}

export async function logInNative(target: Target, identity: Identity): Promise<Login> {
  const answer = await submitNative(target, await startNative(target, 'login'), passwordForm(identity));
  expectStatus(answer, 200);
  const token = readText(json(answer), 'session_token');
  return { token, sessionId: readText(json(answer), 'session', 'id'), headers: { 'X-Session-Token': token } };
}

/** Gives an identity a second factor, through a native settings flow (Kratos' admin API of v26.2.0 cannot). */
export async function addSecondFactor(target: Target, identity: Identity): Promise<void> {
  const { headers } = await logInNative(target, identity);
  const flow = await startNative(target, 'settings', headers);
  const secretNode = readNodes(flow.body).find((node) => read(node, 'attributes', 'id') === 'totp_secret_key');
  const code = createTotpCode(readText(secretNode, 'attributes', 'text', 'text'), target.now());
  expectStatus(await submitNative(target, flow, { method: 'totp', totp_code: code }, headers), 200);
}

export async function whoamiWith(target: Target, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return target.call({ path: '/sessions/whoami', headers });
}
