import type { Flow } from '../flows/flow.ts';
import type { UiMessage } from '../flows/message.ts';
import type { InputNode, UiNode } from '../flows/node.ts';
import { html, type Html } from './html.ts';

/** The messages of a flow or of one of its nodes. */
export function toMessages(messages: readonly UiMessage[]): readonly Html[] {
  return messages.map(
    ({ id, text, type }) => html`<p class="message ${type}" data-testid="ui/message/${id}" role="${type === 'error' ? 'alert' : 'status'}">${text}</p>`,
  );
}

/** The forms of a flow: one for settings' every method, one for everything else. */
export function toForms(flow: Flow): readonly Html[] {
  const { nodes } = flow.form;
  if (flow.kind !== 'settings') return [toForm(flow, nodes)];
  const shared = nodes.filter((node) => node.group === 'default');
  const groups = [...new Set(nodes.map((node) => node.group))].filter((group) => group !== 'default');
  return groups.map((group) => toForm(flow, [...shared, ...nodes.filter((node) => node.group === group)], groupTitles[group]));
}

const groupTitles: Readonly<Record<string, string>> = { profile: 'Profile', password: 'Password', totp: 'Authenticator app' };

function toForm(flow: Flow, nodes: readonly UiNode[], title?: string): Html {
  const scope = title ? `${title.toLowerCase().replaceAll(' ', '-')}-` : '';
  return html`<section class="card">
${title ? html`<h2>${title}</h2>` : undefined}
<form action="${flow.form.action}" method="${flow.form.method.toLowerCase()}">
${nodes.map((node) => toNode(node, scope))}
</form>
</section>
`;
}

function toNode(node: UiNode, scope: string): Html {
  switch (node.kind) {
    case 'input':
      return toInput(node, scope);
    case 'text':
      return html`<div class="field"><p class="soft">${node.label?.text}</p><code class="secret" data-testid="node/text/${node.name}">${node.text.text}</code></div>\n`;
    // The QR code is an empty image.
    case 'img':
      return html``;
    case 'a':
      return html`<p><a href="${node.href}" data-testid="node/anchor/${node.name}">${node.title.text}</a></p>\n`;
  }
}

function toInput(node: InputNode, scope: string): Html {
  const { value: raw = null } = node;
  const text = raw === null || typeof raw === 'string' ? raw : JSON.stringify(raw);
  const value = text ? html` value="${text}"` : undefined;
  if (node.inputType === 'hidden') return html`<input type="hidden" name="${node.name}"${value}>\n`;
  if (node.inputType === 'submit') return toButton(node, value);
  const id = `${scope}${node.name}`;
  const isInvalid = node.messages.some(({ type }) => type === 'error');
  const description = node.messages.length > 0 ? html` aria-describedby="${id}-messages"` : undefined;
  const messages = node.messages.length > 0 ? html`<div id="${id}-messages">${toMessages(node.messages)}</div>` : undefined;
  const label = html`<label for="${id}">${node.label?.text ?? node.name}</label>`;
  const input = html`<input id="${id}" type="${node.inputType}" name="${node.name}"${node.inputType === 'checkbox' ? toChecked(node) : value}${[
    node.required && html` required`,
    node.autocomplete && html` autocomplete="${node.autocomplete}"`,
    node.pattern && html` pattern="${node.pattern}"`,
    node.maxLength && html` maxlength="${node.maxLength}"`,
    isInvalid && html` aria-invalid="true"`,
  ].filter((part) => part !== '')}${description}>`;
  const body = node.inputType === 'checkbox' ? html`<div class="check">${input}${label}</div>` : html`${label}${input}`;
  return html`<div class="field">${body}${messages}</div>\n`;
}

/** Leads on, or, where it does not send the form's fields on purpose, skips their validation. */
function toButton(node: InputNode, value: Html | undefined): Html {
  const isMain = node.name === 'method';
  return html`<button type="submit" name="${node.name}"${value}${isMain ? '' : html` class="quiet" formnovalidate`}>${node.label?.text ?? 'Continue'}</button>\n`;
}

function toChecked(node: InputNode): Html {
  return html` value="true"${node.value === true && html` checked`}`;
}
