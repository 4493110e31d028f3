import type { Exchange } from '../../kratos/exchange.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import { createTraitInput } from '../../schema/traits.ts';
import type { Flow } from '../flow.ts';
import { toFlowToken } from '../lifecycle.ts';
import { createPasswordInput } from '../login/nodes.ts';
import { labels, notices } from '../message.ts';
import { createInput, createSubmit } from '../node.ts';

export function sortRegistrationNodes(kratos: Kratos, flow: Flow): void {
  const [first, ...rest] = kratos.schemas.default.traits.map((trait) => trait.name);
  const keys = first === undefined ? ['csrf_token', 'password'] : ['csrf_token', first, 'password', ...rest];
  flow.form.sort(['default', 'code', 'password', 'profile'], keys);
}

/** Traits and password on one page. */
export function addUnifiedNodes(exchange: Exchange, flow: Flow): void {
  addTraitNodes(exchange, flow);
  addPasswordNodes(exchange, flow);
}

/** The traits alone; the password comes on the next page. */
export function addProfileNodes(exchange: Exchange, flow: Flow): void {
  addTraitNodes(exchange, flow);
  flow.form.append(createSubmit('profile', 'profile', labels.signUp));
}

/** Turns the first page into the second: traits hidden, password asked for, and a way back. */
export function showCredentialNodes(exchange: Exchange, flow: Flow): void {
  const { form } = flow;
  form.remove((node) => node.name === 'method' || node.name === 'screen');
  for (const node of form.nodes) if (node.kind === 'input' && node.group === 'default') node.inputType = 'hidden';
  addPasswordNodes(exchange, flow);
  form.append(createInput('profile', 'screen', 'submit', { value: 'previous', label: labels.back }));
  form.messages.push(notices.chooseCredential);
}

/** Turns the second page back into the first. */
export function showProfileNodes(exchange: Exchange, flow: Flow): void {
  const traits = new Map(exchange.kratos.schemas.default.traits.map((trait) => [trait.name, trait]));
  flow.form.remove((node) => node.group !== 'default');
  flow.form.nodes = flow.form.nodes.map((node) => {
    const trait = traits.get(node.name);
    return trait && node.kind === 'input' ? { ...createTraitInput(trait, 'default'), value: node.value } : node;
  });
  flow.form.append(createSubmit('profile', 'profile', labels.signUp));
}

function addTraitNodes(exchange: Exchange, flow: Flow): void {
  flow.form.setCsrf(toFlowToken(exchange, flow));
  for (const trait of exchange.kratos.schemas.default.traits) flow.form.upsert(createTraitInput(trait, 'default'));
}

function addPasswordNodes({ kratos }: Exchange, flow: Flow): void {
  if (!kratos.settings.methods.password.enabled) return;
  flow.form.upsert(createPasswordInput('new-password'));
  flow.form.append(createSubmit('password', 'password', labels.signUp));
}
