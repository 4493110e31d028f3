import type { Identity } from '../../identities/identity.ts';
import { createTotpSecret } from '../../identities/totp.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import { createTraitInput } from '../../schema/traits.ts';
import type { Flow } from '../flow.ts';
import { toFlowToken } from '../lifecycle.ts';
import { createPasswordInput } from '../login/nodes.ts';
import { labels, toTotpSecretMessage } from '../message.ts';
import { createInput, createSubmit } from '../node.ts';
import { qrCodePlaceholder } from './qr-code.ts';

export function sortSettingsNodes(kratos: Kratos, flow: Flow): void {
  const identity = kratos.store.identities.get(flow.identityId ?? '');
  const schema = kratos.schemas.get(identity?.schemaId ?? '') ?? kratos.schemas.default;
  const keys = [...schema.traits.map((trait) => trait.name), 'totp_qr', 'totp_secret_key', 'totp_unlink', 'totp_code'];
  flow.form.sort(['default', 'profile', 'password', 'totp'], keys);
}

/** Everything that an identity can change about itself. */
export function addSettingsNodes(exchange: Exchange, flow: Flow, identity: Identity): void {
  const { methods } = exchange.kratos.settings;
  const { form } = flow;
  form.setCsrf(toFlowToken(exchange, flow));
  if (methods.profile.enabled) addProfileNodes(exchange, flow, identity);
  if (methods.password.enabled) form.append(createPasswordInput('new-password'), createSubmit('password', 'password', labels.save));
  if (methods.totp.enabled) addTotpNodes(flow, identity);
  sortSettingsNodes(exchange.kratos, flow);
}

function addProfileNodes({ kratos }: Exchange, flow: Flow, identity: Identity): void {
  const schema = kratos.schemas.get(identity.schemaId) ?? kratos.schemas.default;
  for (const trait of schema.traits) flow.form.upsert(createTraitInput(trait, 'profile'));
  flow.form.setValues('traits', identity.traits, 'profile');
  flow.form.append(createSubmit('profile', 'profile', labels.save));
}

function addTotpNodes(flow: Flow, identity: Identity): void {
  const { form } = flow;
  if (identity.totpSecret !== undefined) {
    form.append(createInput('totp', 'totp_unlink', 'submit', { value: 'true', required: true, label: labels.unlinkTotp }));
    return;
  }
  const secret = createTotpSecret();
  flow.totpSecret = secret;
  form.append(
    { kind: 'text', group: 'totp', name: 'totp_secret_key', text: toTotpSecretMessage(secret), label: labels.totpSecret, messages: [] },
    { kind: 'img', group: 'totp', name: 'totp_qr', src: qrCodePlaceholder, size: 256, label: labels.totpQr, messages: [] },
    createInput('totp', 'totp_code', 'text', { required: true, label: labels.verifyCode }),
    createSubmit('totp', 'totp', labels.save),
  );
}
