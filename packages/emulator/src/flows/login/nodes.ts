import type { Identity } from '../../identities/identity.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { ActiveSession } from '../../sessions/active.ts';
import type { Flow } from '../flow.ts';
import { toFlowToken } from '../lifecycle.ts';
import { labels } from '../message.ts';
import { createInput, createSubmit, type InputNode } from '../node.ts';

export function sortLoginNodes(flow: Flow): void {
  flow.form.sort(['identifier_first', 'default', 'code', 'password', 'totp'], ['csrf_token', 'identifier', 'password']);
}

export function addCsrfNode(exchange: Exchange, flow: Flow): void {
  flow.form.setCsrf(toFlowToken(exchange, flow));
}

/** Identifier and password on one page. */
export function addFirstFactorNodes(exchange: Exchange, flow: Flow): void {
  const { schemas, settings } = exchange.kratos;
  addCsrfNode(exchange, flow);
  if (!settings.methods.password.enabled) return;
  flow.form.append(createInput('default', 'identifier', 'text', { value: '', required: true, label: schemas.default.identifierLabel }));
  addPasswordNodes(flow);
}

/** The password and the button that logs in with it. */
export function addPasswordNodes(flow: Flow): void {
  flow.form.append(createPasswordInput('current-password'), createSubmit('password', 'password', labels.signInWithPassword));
}

/** The password again, for the account that is logged in. */
export function addRefreshNodes(exchange: Exchange, flow: Flow, { identity }: ActiveSession): void {
  const [identifier] = identity.identifiers;
  if (!identifier || !identity.password || !exchange.kratos.settings.methods.password.enabled) return;
  addCsrfNode(exchange, flow);
  flow.form.append(
    createInput('default', 'identifier', 'hidden', { value: identifier }),
    createPasswordInput('current-password'),
    createSubmit('password', 'password', labels.signIn),
  );
}

/** The identifier alone; the password comes on the next page. */
export function addIdentifierFirstNodes(exchange: Exchange, flow: Flow): void {
  addCsrfNode(exchange, flow);
  flow.form.append(
    createInput('identifier_first', 'identifier', 'text', {
      value: '',
      required: true,
      autocomplete: 'username webauthn',
      label: exchange.kratos.schemas.default.identifierLabel,
    }),
    createSubmit('identifier_first', 'identifier_first', labels.continue),
  );
}

/** The code of an authenticator app, if the account has one. */
export function addSecondFactorNodes(exchange: Exchange, flow: Flow, identity: Identity): void {
  if (!identity.totpSecret || !exchange.kratos.settings.methods.totp.enabled) return;
  addCsrfNode(exchange, flow);
  flow.form.append(
    createInput('totp', 'totp_code', 'text', { value: '', required: true, label: labels.authenticationCode }),
    createSubmit('totp', 'totp', labels.useAuthenticator),
  );
}

export function createPasswordInput(autocomplete: 'current-password' | 'new-password'): InputNode {
  return createInput('password', 'password', 'password', { required: true, autocomplete, label: labels.password });
}
