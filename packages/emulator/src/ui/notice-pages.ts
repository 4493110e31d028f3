import { readString } from '../http/json.ts';
import type { Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { html } from './html.ts';
import { toPageReply } from './page.ts';

/** `/ui/error`: what went wrong, by the id that the redirect here carries. */
export function answerErrorPage({ kratos, request }: Exchange): Reply {
  const id = request.query.get('id') ?? '';
  const error = kratos.store.errors.get(id)?.error ?? { code: 404, status: 'Not Found', reason: 'This error is not known (any more).' };
  return toPageReply({
    title: 'Something went wrong',
    body: html`<section class="card">
<h1>Something went wrong</h1>
<p class="message error" role="alert">${readString(error, 'reason') || readString(error, 'message')}</p>
<dl>
<dt>Code</dt><dd data-testid="error/code">${Number(error['code'])} ${readString(error, 'status')}</dd>
${readString(error, 'id') && html`<dt>Error</dt><dd data-testid="error/id">${readString(error, 'id')}</dd>`}
<dt>Reference</dt><dd>${id}</dd>
</dl>
</section>
<p class="foot"><a href="${kratos.base}ui/welcome">Back to the overview</a></p>
`,
  });
}

/** `/ui/outbox`: the messages that a real Kratos would have sent, newest first. */
export function answerOutboxPage({ kratos }: Exchange): Reply {
  const messages = kratos.outbox.messages.toReversed();
  return toPageReply({
    title: 'Outbox',
    wide: true,
    body: html`<h1>Outbox</h1>
<p class="soft">Nothing is sent by mail. What would have been stands here, newest first.</p>
${messages.length === 0 && html`<section class="card"><p class="soft" data-testid="outbox/empty">No messages yet.</p></section>`}
${messages.map(
  (message) => html`<section class="card" data-testid="outbox/message">
<h2>${message.subject}</h2>
<dl>
<dt>To</dt><dd data-testid="outbox/to">${message.to}</dd>
<dt>Sent</dt><dd>${new Date(message.sentAt).toISOString()}</dd>
${message.code && html`<dt>Code</dt><dd class="code" data-testid="outbox/code">${message.code}</dd>`}
</dl>
<p>${message.body}</p>
</section>
`,
)}`,
  });
}

/** The page of a flow that the configuration switched off. */
export function answerDisabledPage({ kratos }: Exchange, feature: string): Reply {
  return toPageReply({
    title: `${feature} is off`,
    body: html`<section class="card">
<h1>${feature} is off</h1>
<p>The configuration of this emulator does not enable it.</p>
</section>
<p class="foot"><a href="${kratos.base}ui/welcome">Back to the overview</a></p>
`,
  });
}
