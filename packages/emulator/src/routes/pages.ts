import type { FlowKind } from '../flows/flow.ts';
import type { Reply } from '../http/reply.ts';
import type { Exchange } from '../kratos/exchange.ts';
import { answerFlowPage } from '../ui/flow-pages.ts';
import { answerDisabledPage, answerErrorPage, answerOutboxPage } from '../ui/notice-pages.ts';
import { answerIndex, answerSessionsPage, answerWelcome, revokeOthersFromPage } from '../ui/overview-pages.ts';
import { createRouter, type Handler, type Route } from './route.ts';

/** The routes of the emulator's own UI; Kratos itself has none. */
export const pageRoutes = createRouter({
  '/': page(answerIndex),
  '/ui/welcome': page(answerWelcome),
  '/ui/sessions': { methods: { GET: answerSessionsPage, POST: revokeOthersFromPage }, failure: 'negotiated' },
  '/ui/error': page(answerErrorPage),
  '/ui/outbox': page(answerOutboxPage),
  '/ui/login': flowPage('login'),
  '/ui/registration': flowPage('registration'),
  '/ui/settings': flowPage('settings'),
  '/ui/recovery': page((exchange) => answerOptionalPage(exchange, 'recovery')),
  '/ui/verification': page((exchange) => answerOptionalPage(exchange, 'verification')),
});

function page(handler: Handler): Route {
  return { methods: { GET: handler }, failure: 'negotiated' };
}

function flowPage(kind: FlowKind): Route {
  return page((exchange) => answerFlowPage(exchange, kind));
}

function answerOptionalPage(exchange: Exchange, kind: 'recovery' | 'verification'): Reply {
  if (exchange.kratos.settings.flows[kind].enabled) return answerFlowPage(exchange, kind);
  return answerDisabledPage(exchange, kind === 'recovery' ? 'Recovery' : 'Verification');
}
