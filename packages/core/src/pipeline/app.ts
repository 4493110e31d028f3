import type { App } from '../app.ts';
import { isNavigation, wantsHtml } from '../http/navigation.ts';
import { OryProxyError } from '../errors.ts';
import { isPreflight } from '../http/cors.ts';
import type { Fields, ResponseHead, Sink, Tunnel } from '../message.ts';
import { rewriteAppHead, type FromAppContext } from '../rewrite/from-app.ts';
import { rewriteSetCookie } from '../rewrite/set-cookie.ts';
import type { ToAppContext } from '../rewrite/to-app.ts';
import { decide, type Decision } from '../rules/decide.ts';
import { mayUseAmbientCredential } from '../session/ambient.ts';
import type { Credentials } from '../session/credentials.ts';
import type { Session, SessionState } from '../session/session.ts';
import type { SessionLookup } from '../session/sessions.ts';
import { applyCorsPolicy, checkUpgradeOrigin } from './cross-origin.ts';
import type { Admitted, EngineContext } from './context.ts';
import type { ClientExchange } from './exchange.ts';
import { endLoginLoop } from './login-loop.ts';
import { checkConditions, redirectToLogin, redirectToStepUp } from './login.ts';

const noFields: Fields = Object.freeze([]);
const anonymous: SessionLookup = { state: { state: 'anonymous' }, cache: 'none', setCookies: [] };

/**
 * Everything that is not Ory's: who is calling, may they, the token, and on to the app. Runs through without a promise when the
 * session is cached and its token still good.
 */
export function handleApp(context: EngineContext, admitted: Admitted, app: App): void {
  const { exchange, verdict } = admitted;
  const { request } = exchange;
  const { rules, jwt, identityHeaders } = context.options;
  exchange.route = 'app';

  const decision = rules.isEmpty ? rules.fallback : decide(rules, { method: request.method, path: verdict.path, host: admitted.hostname });
  if ('action' in decision) return exchange.refuse('bad_request', { close: true });
  if (request.upgrade && !checkUpgradeOrigin(context, admitted)) return exchange.refuse('cross_origin_blocked', { close: true });
  if (context.options.allowedCorsOrigins !== undefined && applyCorsPolicy(context, admitted)) return;

  const call: AppCall = { context, admitted, app: decision.to ?? app, decision, credentials: undefined };
  // Where CORS is the app's own it must see the preflight, which browsers send without credentials, on protected paths too.
  if (isPreflight(request)) return forward(call, { session: undefined, setCookies: [], unavailable: false });
  const isAsked = decision.session !== 'none' && (jwt || identityHeaders.length > 0 || isRestricted(decision) || (request.upgrade && decision.revalidateSockets !== undefined)) && !admitted.isForeignHost;
  const credentials = isAsked ? context.readCredentials(request.fields, request.connection) : undefined;
  if (credentials === undefined) return decideAccess(call, anonymous);
  if (credentials.isCrowd) return exchange.refuse('fields_too_large');
  if (credentials.ambient && !mayUseAmbientCredential(request, admitted.public.origin, context.options.allowedCorsOrigins)) {
    exchange.session = 'cross_origin';
    if (isRestricted(decision)) return exchange.refuse('cross_origin_blocked');
    return forward(call, { session: undefined, setCookies: [], unavailable: false });
  }
  const known: AppCall = { context, admitted, app: call.app, decision, credentials };
  const lookup = context.sessions.lookUp(credentials, { requestId: exchange.requestId, fresh: decision.fresh });
  if (lookup instanceof Promise) void lookup.then((late) => { if (!exchange.isOver) decideAccess(known, late); }).catch((error: unknown) => exchange.fail(error as Error));
  else decideAccess(known, lookup);
}

interface AppCall {
  readonly context: EngineContext;
  readonly admitted: Admitted;
  readonly app: App;
  readonly decision: Decision;
  readonly credentials: Credentials | undefined;
}

interface Caller {
  readonly session: Session | undefined;
  /** Refreshed cookies that whoami sent, for this response only. */
  readonly setCookies: readonly string[];
  /** Ory did not say who it is. */
  readonly unavailable: boolean;
}

/** Whether the path is closed to some: then nothing but an active session that fulfils the rule opens it. */
function isRestricted(decision: Decision): boolean {
  return decision.session === 'required' || decision.aal !== undefined || decision.maxAge !== undefined || decision.when.length > 0;
}

/** The table of session state against kind of path and kind of client. */
function decideAccess(call: AppCall, lookup: SessionLookup): void {
  const { context, admitted, decision } = call;
  const { exchange } = admitted;
  const { state } = lookup;
  exchange.session = call.credentials === undefined && state.state === 'anonymous' && decision.session === 'none' ? 'none' : state.state;
  exchange.cache = lookup.cache;
  const setCookies = lookup.setCookies.map((value) => rewriteSetCookie(value, { service: context.options.ory.main, rehoming: context.rehomingFor(admitted.public) }));
  if (!isRestricted(decision)) return forwardOptional(call, state, setCookies);

  const navigation = isNavigation(exchange.request);
  switch (state.state) {
    case 'anonymous':
      if (!navigation) return exchange.refuse('session_inactive');
      if (call.credentials !== undefined || !endLoginLoop(context, admitted)) redirectToLogin(context, admitted, {});
      return;
    case 'step_up':
      return redirectToStepUp(context, admitted, { navigation, redirectBrowserTo: state.redirectBrowserTo });
    case 'unknown':
      return refuseUnknown(exchange, state);
    case 'authenticated':
      if (checkConditions(context, admitted, { decision, session: state.session, navigation })) forward(call, { session: state.session, setCookies, unavailable: false });
  }
}

function forwardOptional(call: AppCall, state: SessionState, setCookies: readonly string[]): void {
  if (state.state === 'unknown' && call.context.options.onUnknown === 'fail') return refuseUnknown(call.admitted.exchange, state);
  forward(call, { session: state.state === 'authenticated' ? state.session : undefined, setCookies, unavailable: state.state === 'unknown' });
}

function refuseUnknown(exchange: ClientExchange, state: Extract<SessionState, { state: 'unknown' }>): void {
  if (state.reason === 'invalid') return exchange.refuse('ory_invalid');
  exchange.refuse('ory_unavailable', { fields: ['Retry-After', String(Math.max(1, Math.ceil((state.retryAfter ?? 1_000) / 1_000)))] });
}

/** Gets the token where one is due, then sends the request on. */
function forward(call: AppCall, caller: Caller): void {
  const { context, decision, admitted } = call;
  if (context.tokens === undefined || decision.authorization === 'passthrough') return send(call, caller, { action: 'pass' });
  if (caller.session === undefined) return send(call, caller, { action: 'remove' });
  const token = context.tokens.issue(caller.session, decision.audience);
  if (typeof token === 'string') return send(call, caller, { action: 'set', token });
  void token.then((signed) => { if (!admitted.exchange.isOver) send(call, caller, { action: 'set', token: signed }); }).catch((error: unknown) => admitted.exchange.fail(error as Error));
}

function send(call: AppCall, caller: Caller, authorization: ToAppContext['authorization']): void {
  const { context, admitted, app, decision } = call;
  const { exchange, verdict } = admitted;
  const { request, requestId } = exchange;
  const upstream = app.action === 'forward' ? app.upstream : undefined;
  const toApp: ToAppContext = {
    requestId, public: admitted.public, authorization, identity: caller.session === undefined ? noFields : context.readIdentity(caller.session),
    // A preflight passes because of its method.
    unavailable: caller.unavailable, methodsMatter: decision.methodsMatter || isPreflight(request), upstream,
  };
  const fromApp: FromAppContext = {
    rehoming: context.rehomingFor(admitted.public), authenticated: caller.session !== undefined, setCookies: caller.setCookies,
    requestId, byCaller: context.byCaller, upstream,
  };
  if (app.action === 'continue') {
    return app.proceed({
      fields: context.toApp.forHost(request, toApp), session: caller.session, decision: exchange.session, requestId,
      token: authorization.action === 'set' ? authorization.token : undefined,
      responseHead: (head) => rewriteHead(call, head, fromApp),
      finished: (outcome) => exchange.finishedByHost(outcome),
      upgraded: (tunnel) => bindSocket(call, caller.session, tunnel),
    });
  }
  const outbound = { upstream: app.upstream, method: request.method, target: verdict.target, fields: context.toApp.forUpstream(request, toApp), body: request.body };
  const sink = new AppSink(call, fromApp, caller.session);
  exchange.attach(request.upgrade ? context.ports.transport.connect(outbound, sink) : context.ports.transport.dispatch(outbound, sink));
}

function rewriteHead(call: AppCall, head: ResponseHead, fromApp: FromAppContext): ResponseHead {
  call.context.sessions.observe(head.fields, call.admitted.exchange.request.fields, 'app_response'); // the app may call Ory itself
  const rewritten = rewriteAppHead(head, fromApp);
  const { decorate } = call.admitted.exchange;
  return decorate === undefined ? rewritten : { ...rewritten, fields: decorate(rewritten.fields) };
}

/** The app's answer on its way to the client. */
class AppSink implements Sink {
  readonly #call: AppCall;
  readonly #fromApp: FromAppContext;
  readonly #session: Session | undefined;
  readonly #exchange: ClientExchange;

  constructor(call: AppCall, fromApp: FromAppContext, session: Session | undefined) {
    this.#call = call;
    this.#fromApp = fromApp;
    this.#session = session;
    this.#exchange = call.admitted.exchange;
  }
  informational(head: ResponseHead): void { this.#exchange.informational(head); }
  head(head: ResponseHead): void { this.#exchange.head(rewriteHead(this.#call, head, this.#fromApp)); }
  data(chunk: Uint8Array): void { this.#exchange.data(chunk); }
  end(trailers: Fields): void { this.#exchange.end(trailers); }
  fail(error: Error): void {
    if (isAppStarting(this.#call.admitted, error)) this.#exchange.refuse('upstream_unreachable', { fields: ['Refresh', '2'], hints: ['This page reloads by itself until the app is there.'] });
    else this.#exchange.fail(error);
  }
  upgraded(head: ResponseHead, tunnel: Tunnel): void {
    bindSocket(this.#call, this.#session, tunnel);
    this.#exchange.upgraded(rewriteHead(this.#call, head, this.#fromApp), tunnel);
  }
}

/** In development the app is often started after the proxy, and again and again: a person's page waits for it. */
function isAppStarting({ exchange, public: { loopback } }: Admitted, error: Error): boolean {
  return loopback && !exchange.isOver && OryProxyError.is(error) && error.code === 'upstream_unreachable' && isNavigation(exchange.request) && wantsHtml(exchange.request);
}

/** Where sockets are not to outlive their session. */
function bindSocket({ context, credentials, decision: { revalidateSockets } }: AppCall, session: Session | undefined, tunnel: Tunnel): void {
  if (credentials !== undefined && session !== undefined && revalidateSockets !== undefined) context.sessions.bindSocket(tunnel, { credentials, session, interval: revalidateSockets });
}
