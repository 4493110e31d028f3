import type { SeedIdentity } from '../seed/seed.ts';
import type { Control, ControlledSession, SessionOptions } from './control.ts';

/** A cookie as browser automation takes it. */
export interface BrowserCookie {
  readonly name: string;
  readonly value: string;
  /** The origin that the cookie is for. */
  readonly url: string;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Lax';
  /** Seconds since the epoch. */
  readonly expires: number;
}

/** What a login can be given to: a Playwright browser context, a page of one, or the headers of an HTTP client. */
export type LogInTarget = CookieJar | { context(): CookieJar } | { set(name: string, value: string): unknown };

/** A Playwright browser context, as far as it is needed. */
export interface CookieJar {
  addCookies(cookies: BrowserCookie[]): Promise<unknown>;
}

/** Who logs in: an id or an identifier such as an e-mail address, an identity, or one to create. */
export type LogInIdentity = string | { readonly id: string } | SeedIdentity;

/** How somebody logs in. */
export interface LogInOptions extends SessionOptions {
  /** The origin that the browser sees: the proxy's, or the emulator's own. */
  readonly origin: string;
}

/** A session, and the header that carries it. */
export interface LoggedIn extends ControlledSession {
  readonly headers: { readonly cookie: string };
}

/** Logs in without a page: makes a session and gives its cookie to the target, if there is one. */
export async function logIn(control: Control, target: LogInTarget | undefined, login: { readonly identity: LogInIdentity; readonly options: LogInOptions }): Promise<LoggedIn> {
  const { origin, ...options } = login.options;
  const session = control.createSession(toReference(control, login.identity), options);
  const { name, value } = session.cookie;
  const cookie = `${name}=${value}`;
  if (target && 'set' in target) target.set('cookie', cookie);
  else if (target) {
    const jar = 'context' in target ? target.context() : target;
    const expires = Math.floor(session.expiresAt / 1000);
    await jar.addCookies([{ name, value, url: origin, httpOnly: true, secure: origin.startsWith('https:'), sameSite: 'Lax', expires }]);
  }
  return { ...session, headers: { cookie } };
}

function toReference(control: Control, identity: LogInIdentity): string | { readonly id: string } {
  if (typeof identity === 'string') return identity;
  return 'traits' in identity ? control.createIdentity(identity) : identity;
}
