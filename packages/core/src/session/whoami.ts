import { readField, readFields } from '../http/fields.ts';
import { isLoopbackOrigin } from '../http/loopback.ts';
import { isLocation } from '../http/redirect.ts';
import { isObject, parseObject } from '../json.ts';
import type { Fields } from '../message.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { OutboundRequest, Ports } from '../ports.ts';
import type { OryHealth } from './breaker.ts';
import type { Credentials } from './credentials.ts';
import type { Session, SessionState } from './session.ts';
import { callOry, type WhoamiReply } from './whoami-call.ts';

/** What whoami said about a credential. */
export interface WhoamiAnswer {
  readonly state: SessionState;
  /** Ory's status; 0: there was no answer. */
  readonly status: number;
  readonly attempts: number;
  readonly health: OryHealth;
  /** A refreshed session cookie, as Ory sent it. */
  readonly setCookies: readonly string[];
  /** Milliseconds that Ory allows to keep it; `undefined`: it did not say. */
  readonly cacheFor: number | undefined;
  /** Milliseconds that Ory wants to be left alone. */
  readonly pause: number | undefined;
}

export interface WhoamiQuestion {
  readonly requestId: string | undefined;
  /** Monotonic time at which the asker stops waiting. */
  readonly deadline: number;
  /** A probe is asked once. */
  readonly mayRetry: boolean;
  /** Makes a session of an answer's text; sessions known from before keep their identity. */
  readonly readSession: (text: string) => Session | 'inactive' | undefined;
}

/** Asks Ory whose credentials these are. Never rejects. */
export type AskWhoami = (credentials: Credentials, question: WhoamiQuestion) => Promise<WhoamiAnswer>;

/** Longest that a `Retry-After` is honoured. */
const pauseLimit = 60_000;
/** For a 429 without one. */
const defaultPause = 1_000;
const identityField = 'x-kratos-authenticated-identity-id';
const none: readonly string[] = Object.freeze([]);

export function createWhoami(options: ResolvedOptions, ports: Ports): AskWhoami {
  const { main } = options.ory;
  const { clock } = ports;
  const target = `${main.basePath}/sessions/whoami${options.tokenizeAs === undefined ? '' : `?tokenize_as=${encodeURIComponent(options.tokenizeAs)}`}`;
  const attemptTimeout = options.whoamiTimeout / 2;
  // An emulator behind a public name believes everybody; the leg to Ory says so.
  const refusesEmulator = options.publicOrigin !== undefined && !isLoopbackOrigin(options.publicOrigin);
  const ownFields: Fields = [
    'Host', main.upstream.origin.replace(/^https?:\/\//, ''), 'Accept', 'application/json', 'Accept-Encoding', 'identity', 'Ory-No-Custom-Domain-Redirect', 'true',
    ...(options.rateLimitHeader === undefined ? [] : ['Ory-RateLimit-Action', options.rateLimitHeader]),
  ];

  /** The credentials and nothing else of the client's. */
  const toRequest = ({ cookie, sessionToken, bearer }: Pick<Credentials, 'cookie' | 'sessionToken' | 'bearer'>, requestId: string | undefined): OutboundRequest => {
    const fields = [...ownFields];
    if (requestId !== undefined) fields.push('X-Request-Id', requestId);
    if (sessionToken !== undefined) fields.push('X-Session-Token', sessionToken);
    if (bearer !== undefined) fields.push('Authorization', `Bearer ${bearer}`);
    if (cookie !== undefined) fields.push('Cookie', cookie);
    return { upstream: main.upstream, method: 'GET', target, fields, body: null };
  };

  return async (credentials, { requestId, deadline, mayRetry, readSession }) => {
    let attempts = 0;
    const call = (request: OutboundRequest): Promise<WhoamiReply> => {
      attempts++;
      return callOry(ports, request, Math.min(attemptTimeout, deadline - clock.monotonic()));
    };
    const toAnswer = (reply: WhoamiReply): WhoamiAnswer => ({ ...interpret(reply, { now: clock.now(), refusesEmulator, readSession }), attempts });

    let reply = await call(toRequest(credentials, requestId));
    if (mayRetry && isWorthRepeating(reply)) {
      const delay = 25 + Math.random() * 75; // clients that failed together must not come back together
      if (deadline - clock.monotonic() > delay) {
        await new Promise<void>((resolve) => { clock.after(delay, resolve); });
        reply = await call(toRequest(credentials, requestId));
      }
    }

    // A stale cookie beside a good token: Kratos knows the session, then fails to refresh the cookie, and answers 500.
    const identityId = readQuirk(reply, credentials);
    if (identityId === undefined || clock.monotonic() >= deadline) return toAnswer(reply);
    const answer = toAnswer(await call(toRequest({ ...credentials, cookie: undefined }, requestId)));
    switch (answer.state.state) {
      case 'unknown': return answer;
      case 'authenticated': return answer.state.session.identityId === identityId ? answer : { ...answer, state: unknown('invalid') };
      case 'anonymous':
      case 'step_up': return { ...answer, state: unknown('unavailable') };
    }
  };
}

function isWorthRepeating(reply: WhoamiReply): boolean {
  return reply.type === 'failure' ? reply.again : reply.status === 502 || reply.status === 503 || reply.status === 504;
}

function readQuirk(reply: WhoamiReply, { cookie, sessionToken, bearer }: Credentials): string | undefined {
  if (reply.type !== 'answer' || reply.status !== 500 || cookie === undefined || (sessionToken ?? bearer) === undefined) return undefined;
  return readField(reply.fields, identityField);
}

function interpret(reply: WhoamiReply, { now, refusesEmulator, readSession }: Pick<WhoamiQuestion, 'readSession'> & { readonly now: number; readonly refusesEmulator: boolean }): Omit<WhoamiAnswer, 'attempts'> {
  const rest = { setCookies: none, cacheFor: undefined, pause: undefined };
  if (reply.type === 'failure') return { ...rest, status: 0, state: unknown(reply.reason), health: reply.again ? 'gone' : 'neither' };
  const { status, fields, text } = reply;
  if (refusesEmulator && readField(fields, 'x-ory-emulator') !== undefined) return { ...rest, status, state: unknown('invalid'), health: 'neither' };
  switch (status) {
    case 200: {
      const session = text === undefined ? undefined : readSession(text);
      if (session === undefined) return { ...rest, status, state: unknown('invalid'), health: 'neither' };
      const isActive = session !== 'inactive' && session.expiresAt > now;
      return {
        ...rest, status, health: 'answered', state: isActive ? { state: 'authenticated', session } : { state: 'anonymous' },
        setCookies: readFields(fields, 'set-cookie'), cacheFor: readCacheFor(fields),
      };
    }
    case 401: return { ...rest, status, state: { state: 'anonymous' }, health: 'answered' };
    case 403: {
      const stepUp = readStepUp(text);
      return stepUp === undefined ? { ...rest, status, state: unknown('unavailable'), health: 'neither' } : { ...rest, status, state: stepUp, health: 'answered' };
    }
    case 429: {
      const pause = readRetryAfter(fields, now) ?? defaultPause;
      return { ...rest, status, state: unknown('unavailable', pause), pause, health: 'neither' };
    }
    default: return { ...rest, status, state: unknown('unavailable', readRetryAfter(fields, now)), health: status >= 502 && status <= 504 ? 'gone' : 'neither' };
  }
}

function unknown(reason: 'unavailable' | 'invalid', retryAfter?: number): SessionState {
  return { state: 'unknown', reason, retryAfter };
}

function readStepUp(text: string | undefined): SessionState | undefined {
  const body = text === undefined ? undefined : parseObject(text);
  const error = body?.['error'];
  if (body === undefined || !isObject(error) || error['id'] !== 'session_aal2_required') return undefined;
  const redirectBrowserTo = body['redirect_browser_to'];
  return { state: 'step_up', redirectBrowserTo: isLocation(redirectBrowserTo) ? redirectBrowserTo : undefined };
}

/** Milliseconds; what is not a plain number of seconds allows nothing. */
function readCacheFor(fields: Fields): number | undefined {
  const values = readFields(fields, 'ory-session-cache-for');
  if (values.length === 0) return undefined;
  const [value = ''] = values;
  return values.length === 1 && /^\d+(?:e\d+)?$/i.test(value) ? Number(value) * 1_000 : 0;
}

/** Milliseconds from now, at most a minute; `undefined` when there is none that can be read (RFC 9110 §10.2.3: seconds or a date). */
function readRetryAfter(fields: Fields, now: number): number | undefined {
  const value = readField(fields, 'retry-after')?.trim();
  if (value === undefined) return undefined;
  const delay = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 0), pauseLimit);
}
