import { badRequest, internalError, type OryError, unauthorized } from '../errors/ory-error.ts';
import { toErrorReply } from '../errors/reply.ts';
import { toGoJson } from '../http/json.ts';
import { jsonType, type Reply, type ReplyHeader } from '../http/reply.ts';
import { toWireIdentity } from '../identities/render.ts';
import type { Exchange } from '../kratos/exchange.ts';
import type { Kratos } from '../kratos/kratos.ts';
import { hasRequiredAal, toAal2Url, toAalRequired } from './aal.ts';
import { readActiveSession, type ActiveSession } from './active.ts';
import { isSealError } from './cookie.ts';
import { issueSessionCookie } from './issue.ts';
import { toWireSession } from './render.ts';
import type { Session } from './session.ts';

/** `/sessions/whoami`: whose request this is. Always JSON, whatever the method and `Accept`. */
export function answerWhoami(exchange: Exchange): Reply {
  const { kratos, request, credentials } = exchange;
  const { features, session: rules } = kratos.settings;
  const active = readActiveSession(exchange);
  if (!active) {
    const isCacheable = features.cacheableSessions && !credentials.token;
    return toErrorReply(request, unauthorized('No valid session credentials found in the request.'), isCacheable ? [[cacheField, '60']] : []);
  }
  if (!hasRequiredAal(active, rules.whoamiRequiredAal)) throw toAalRequired(toAal2Url(kratos));
  const template = request.search && request.query.get('tokenize_as');
  const token = template ? tokenize(kratos, template, active) : undefined;
  const headers: ReplyHeader[] = [[identityField, active.identity.id]];
  if (features.cacheableSessions && token === undefined) {
    headers.unshift([cacheField, String(Math.round(Math.min(active.session.expiresAt - kratos.now(), features.cacheableMaxAge) / 1000))]);
  }
  const problem = refreshCookie(exchange, active);
  if (problem) return toErrorReply(request, problem, headers);
  return { status: 200, headers: [['Content-Type', jsonType], ...headers], body: render(kratos, active, token) };
}

const cacheField = 'Ory-Session-Cache-For';
const identityField = 'X-Kratos-Authenticated-Identity-Id';

function tokenize(kratos: Kratos, template: string, active: ActiveSession): string {
  const tokenizer = kratos.tokenizers.get(template);
  if (!tokenizer) throw badRequest(`Unable to find tokenizer template "${template}".`);
  return tokenizer(active, kratos.now());
}

/** Re-issues the cookie of a session that was extended since. A cookie that does not open spoils even a valid token. */
function refreshCookie(exchange: Exchange, { session }: ActiveSession): OryError | undefined {
  const { cookie } = exchange.credentials;
  if (!cookie) return undefined;
  if (isSealError(cookie)) return internalError(cookie.problem);
  if (!(cookie.expiresAt >= session.expiresAt)) issueSessionCookie(exchange, session);
  return undefined;
}

function render(kratos: Kratos, { session, identity }: ActiveSession, tokenized: string | undefined): string {
  const { base, rendered } = kratos;
  const known = rendered.get(session);
  if (known && tokenized === undefined && known.base === base && known.identity === identity && isSameState(known.session, session)) return known.body;
  const body = toGoJson({ ...toWireSession(session, toWireIdentity(identity, { base })), tokenized });
  if (tokenized === undefined) rendered.set(session, { base, identity, session: { ...session }, body });
  return body;
}

function isSameState(left: Session, right: Session): boolean {
  return left.expiresAt === right.expiresAt && left.authenticatedAt === right.authenticatedAt && left.methods === right.methods;
}
