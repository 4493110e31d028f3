import type { IncomingHttpHeaders } from 'node:http';
import { parseCookies, type RequestCookie } from './cookies.ts';
import { negotiate } from './negotiate.ts';

/** What the listener hands over for one request. */
export interface RequestParts {
  readonly method: string;
  /** The request target as sent, such as `/sessions/whoami?tokenize_as=x`. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Address and port of the client, such as `127.0.0.1:51234`. */
  readonly remoteAddress: string;
}

/** A fully read request; what costs time to compute is computed when first asked for. */
export class OryRequest {
  readonly method: string;
  readonly path: string;
  /** The query with its question mark as sent, or `''`. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly remoteAddress: string;
  #query: URLSearchParams | undefined;
  #cookies: readonly RequestCookie[] | undefined;

  constructor(parts: RequestParts) {
    const mark = parts.target.indexOf('?');
    this.method = parts.method;
    this.path = mark < 0 ? parts.target : parts.target.slice(0, mark);
    this.search = mark < 0 ? '' : parts.target.slice(mark);
    this.headers = parts.headers;
    this.body = parts.body;
    this.remoteAddress = parts.remoteAddress;
  }

  /** The same request with another target. */
  withTarget(target: string): OryRequest {
    return new OryRequest({ method: this.method, target, headers: this.headers, body: this.body, remoteAddress: this.remoteAddress });
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.search));
  }

  get cookies(): readonly RequestCookie[] {
    return (this.#cookies ??= parseCookies(this.headers.cookie));
  }

  /** The field `name` (in lower case), or `''`. */
  header(name: string): string {
    const field = this.headers[name];
    return typeof field === 'string' ? field : '';
  }

  /** Whether `Accept` prefers JSON: flow creation and the last redirect of a flow look at this alone. */
  get acceptsJson(): boolean {
    return negotiate(this.headers.accept) === 'json';
  }

  /** Whether errors and submits are answered in JSON: by `Accept`, or by a content type of exactly `application/json`. */
  get isJson(): boolean {
    return this.header('content-type') === 'application/json' || this.acceptsJson;
  }

  /** The URL the client asked for, by `X-Forwarded-*` where these were sent. */
  get url(): string {
    const scheme = this.header('x-forwarded-proto') || 'http';
    const host = this.header('x-forwarded-host') || this.header('host');
    return `${scheme}://${host}${this.path}${this.search}`;
  }
}
