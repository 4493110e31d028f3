import { createCsrfCookieValue, isCsrfCookieValue, isSameToken, toMaskedToken } from '../csrf/token.ts';
import { toSetCookie } from '../http/cookies.ts';
import type { OryRequest } from '../http/request.ts';
import { readCredentials, type Credentials } from '../sessions/credentials.ts';
import type { Kratos } from './kratos.ts';

/** One request on its way through the emulator, with the cookies that its answer will set. */
export class Exchange {
  readonly kratos: Kratos;
  readonly request: OryRequest;
  #cookies: string[] = [];
  #csrfCookie: string;
  #csrfToken: string | undefined;
  #csrfLine: string | undefined;
  #credentials: Credentials | undefined;

  constructor(kratos: Kratos, request: OryRequest) {
    this.kratos = kratos;
    this.request = request;
    const sent = request.cookies.filter((cookie) => cookie.name === kratos.csrfCookieName);
    const value = sent.length === 1 ? (sent[0]?.value ?? '') : '';
    this.#csrfCookie = isCsrfCookieValue(value) ? value : '';
  }

  get credentials(): Credentials {
    const { sealer, settings } = this.kratos;
    return (this.#credentials ??= readCredentials(this.request, sealer, settings.sessionCookie.name));
  }

  /** The values of `Set-Cookie`, in order. */
  get setCookies(): readonly string[] {
    return this.#cookies;
  }

  setCookie(line: string): void {
    this.#cookies.push(line);
  }

  /** The value of the csrf cookie that counts for this request, or `''`. */
  get csrfCookie(): string {
    return this.#csrfCookie;
  }

  /** Sets a csrf cookie unless the request has exactly one that is usable. */
  ensureCsrfCookie(): void {
    if (!this.#csrfCookie) this.regenerateCsrfCookie();
  }

  /** Sets a new csrf cookie; a response has at most one, behind the cookies set so far. */
  regenerateCsrfCookie(): void {
    const { cookies } = this.kratos.settings;
    if (this.#csrfLine === undefined) {
      this.#csrfCookie = createCsrfCookieValue();
      this.#csrfToken = undefined;
    }
    const line = toSetCookie(this.kratos.csrfCookieName, this.#csrfCookie, {
      path: cookies.path,
      domain: cookies.domain,
      maxAge: 31_536_000,
      secure: cookies.secure,
      sameSite: cookies.secure ? cookies.sameSite : 'Lax',
    });
    this.#cookies = [...this.#cookies.filter((cookie) => cookie !== this.#csrfLine), line];
    this.#csrfLine = line;
  }

  /** The form token, masked once per request; `''` where there is no cookie to mask. */
  get csrfToken(): string {
    return (this.#csrfToken ??= this.#csrfCookie && toMaskedToken(this.#csrfCookie));
  }

  isCsrfToken(token: string): boolean {
    return isSameToken(this.#csrfCookie, token);
  }
}
