import { lowerName } from '../http/fields.ts';
import type { Fields } from '../message.ts';
import type { Clock } from '../ports.ts';
import { isSessionCookieName } from '../session/credentials.ts';
import type { Admitted, EngineContext } from './context.ts';

/** So many redirects of one page to the login within this time are no person's doing. */
const redirectLimit = 6;
const redirectWindow = 10_000;
/** How soon after a login the browser comes back, and how long the login may have taken. */
const returnWindow = 5_000;
const loginWindow = 600_000;
const targetLimit = 64;

/** Notices that browsers come back from the login without the session cookie that it has set. For development: one person, one browser. */
export class LoginLoops {
  readonly #clock: Clock;
  readonly #patterns: readonly string[];
  /** Times of the last redirects of each target, the oldest target first. */
  readonly #redirects = new Map<string, readonly number[]>();
  #cookie: { readonly name: string; readonly at: number } | undefined;

  constructor(clock: Clock, sessionCookies: readonly string[]) {
    this.#clock = clock;
    this.#patterns = sessionCookies;
  }

  /** The fields of an answer of Ory, which may set or delete a session cookie. */
  noteAnswer(fields: Fields): void {
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] ?? '';
      if (name.length !== 10 || lowerName(name) !== 'set-cookie') continue;
      const value = fields[i + 1] ?? '';
      const match = /^\s*([!#$%&'*+.^_`|~\w-]{1,64})\s*=\s*[^;\s]/.exec(value);
      if (match?.[1] === undefined || !isSessionCookieName(match[1], this.#patterns)) continue;
      // After a logout nobody expects the cookie back.
      this.#cookie = /;\s*max-age\s*=\s*0*\s*(?:;|$)/i.test(value) ? undefined : { name: match[1], at: this.#clock.monotonic() };
    }
  }

  /**
   * Counts a redirect to the login of somebody without a session cookie.
   * @returns the cookie that was set and did not come back, `'unknown'` where none was seen; `undefined`: nothing strange
   */
  noteRedirect(target: string): string | undefined {
    const now = this.#clock.monotonic();
    const times = this.#redirects.get(target) ?? [];
    const cookie = this.#cookie;
    const isReturn = cookie !== undefined && now - cookie.at < returnWindow && times.some((time) => time < cookie.at && cookie.at - time < loginWindow);
    const isFlood = times.length === redirectLimit && now - (times[0] ?? 0) < redirectWindow;
    this.#redirects.delete(target);
    if (isReturn || isFlood) {
      this.#cookie = undefined; // the next attempt is judged anew
      return cookie?.name ?? 'unknown';
    }
    this.#redirects.set(target, [...times.slice(-(redirectLimit - 1)), now]);
    for (const oldest of this.#redirects.keys()) {
      if (this.#redirects.size <= targetLimit) break;
      this.#redirects.delete(oldest);
    }
    return undefined;
  }
}

/** Ends a login loop in a page that says why. @returns whether the request has been answered */
export function endLoginLoop(context: EngineContext, { exchange, public: { loopback, origin } }: Admitted): boolean {
  if (!loopback) return false;
  const cookie = context.loginLoops.noteRedirect(exchange.request.target);
  if (cookie === undefined) return false;
  const { cookieDomain } = context.options;
  const name = cookie === 'unknown' ? 'The session cookie' : `The cookie ${cookie}`;
  context.warn('cookie_not_stored', `${name} did not come back after a login; the page that was shown names likely causes`);
  exchange.refuse('login_loop', {
    hints: [
      `${name} of the login did not come back with the next request.`,
      `Open the app as ${origin} and under no other name: cookies of localhost and of 127.0.0.1 are different ones.`,
      ...(cookieDomain === undefined ? [] : [`The option cookieDomain is ${cookieDomain}, but this page is not below that domain.`]),
      ...(cookie === 'unknown' ? ['Ory may have set it for a domain of its own: forms and links must lead through this origin. Name Ory\'s own address in oryOrigins.'] : []),
      'The browser, or an extension of it, may block cookies of this site.',
      'Reload this page to try again.',
    ],
  });
  return true;
}
