import { request } from 'node:http';
import type { Emulator } from '../src/index.ts';

export const json = { accept: 'application/json' } as const;
export const page = { accept: 'text/html' } as const;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookies: readonly string[];
  readonly text: string;
  readonly body: Body;
}

/** A JSON answer that a test looks into. Each kind of answer has some of the members; a test says which it expects. */
export interface Body extends Described {
  readonly [member: string]: unknown;
  readonly ui: { readonly action: string; readonly method: string; readonly nodes: List<Node>; readonly messages: List<Message> };
  readonly error: Described & { readonly code: number; readonly status: string; readonly details: { readonly continue_with: List<{ readonly action: string }>; readonly [name: string]: unknown } };
  readonly identity: Identity;
  readonly session: { readonly id: string; readonly identity: Identity };
  readonly traits: Traits;
  readonly continue_with: List<{ readonly action: string; readonly ory_session_token: string; readonly flow: { readonly id: string }; readonly redirect_browser_to: string }>;
  readonly redirect_browser_to: string;
  readonly use_flow_id: string;
  readonly authentication_methods: List<{ readonly method: string; readonly aal: string }>;
}

/** The first items are there, or the test fails by reading them. */
type List<Item> = readonly Item[] & Readonly<Record<0 | 1 | 2, Item>>;

interface Traits {
  readonly email: string;
}

interface Described {
  readonly id: string;
  readonly reason: string;
  readonly message: string;
}

interface Identity {
  readonly id: string;
  readonly traits: Traits;
  readonly verifiable_addresses: List<{ readonly verified: boolean; readonly value: string; readonly status: string }>;
}

export interface Message {
  readonly id: number;
  readonly type: string;
  readonly text: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface Node {
  readonly type: string;
  readonly group: string;
  readonly attributes: { readonly name: string; readonly id: string; readonly type: string; readonly value: string; readonly text: Message & { readonly context: { readonly secret: string } } };
  readonly messages: List<Message>;
  readonly meta: Readonly<Record<string, Message>>;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly raw?: string | Buffer;
}

/** A browser without a window: it keeps cookies, and follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(target: string, sent: Sent = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(new URL(target, this.#url).href, { ...sent, headers: { ...(cookie && { cookie }), ...sent.headers } });
    for (const line of answer.setCookies) this.#keep(line);
    return answer;
  }

  /** Opens a page and follows redirects to the end. */
  async open(target: string): Promise<Answer & { readonly url: string }> {
    let url = new URL(target, this.#url).href;
    for (let hops = 0; hops < 10; hops++) {
      const answer = await this.send(url, { headers: page });
      const location = answer.headers['location'];
      if (location === undefined) return { ...answer, url };
      url = new URL(location, url).href;
    }
    throw new Error(`too many redirects from ${target}`);
  }

  /** Sends the first form of a page that has a field of that name; follows redirects to the end. */
  async fill(shown: Answer, fields: Readonly<Record<string, string>>): Promise<Answer & { readonly url: string }> {
    const forms = shown.text.match(/<form [\s\S]*?<\/form>/g) ?? [];
    const form = forms.find((markup) => Object.keys(fields).every((name) => markup.includes(`name="${name}"`))) ?? '';
    const action = unescapeHtml(/action="([^"]*)"/.exec(form)?.[1] ?? '');
    const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescapeHtml(value)]);
    const answer = await this.send(action, { method: 'POST', headers: page, form: { ...Object.fromEntries(hidden), ...fields } });
    const location = answer.headers['location'];
    return location === undefined ? { ...answer, url: action } : this.open(location);
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const equals = pair.indexOf('=');
    if (/max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, equals));
    else this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

/** One request on a connection of its own. */
export async function send(url: string, sent: Sent = {}): Promise<Answer> {
  const body = sent.raw ?? (sent.json !== undefined ? JSON.stringify(sent.json) : sent.form ? new URLSearchParams(sent.form).toString() : '');
  const type = sent.json !== undefined ? 'application/json' : sent.form ? 'application/x-www-form-urlencoded' : undefined;
  const length = body.length > 0 ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return new Promise((resolve, reject) => {
    const req = request(url, { method: sent.method ?? 'GET', agent: false, headers: { ...(type && { 'content-type': type }), ...length, ...sent.headers } });
    req.on('error', reject);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const headers = Object.fromEntries(Object.entries(res.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: res.statusCode ?? 0, headers, setCookies: res.headers['set-cookie'] ?? [], text, body: parse(text) });
      });
    });
    req.end(body);
  });
}

/** Logs in through the browser flow and returns the answer of the submit. */
export async function logInByPassword(browser: Browser, identifier: string, password: string): Promise<Answer> {
  const { body: flow } = await browser.send('/self-service/login/browser', { headers: json });
  return browser.send(flow['ui'].action, { method: 'POST', headers: json, json: { method: 'password', identifier, password, csrf_token: readCsrf(flow) } });
}

/** The value of the hidden token of a flow. */
export function readCsrf(flow: Body): string {
  return findNode(flow, 'csrf_token')['attributes'].value;
}

export function findNode(flow: Body, name: string): Node {
  const node = flow.ui.nodes.find(({ attributes }) => attributes.name === name || attributes.id === name);
  if (node === undefined) throw new Error(`the flow has no node ${name}`);
  return node;
}

export const dev = { traits: { email: 'dev@example.org' }, password: 'dev-password-1' } as const;

/** A browser of an emulator, with the developer of the seed logged in. */
export async function openLoggedIn(emulator: Emulator): Promise<Browser> {
  const browser = new Browser(emulator.url);
  const { cookie } = emulator.control.createSession(dev.traits.email);
  browser.cookies.set(cookie.name, cookie.value);
  return browser;
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {} as Body; // no JSON: a test that reads a member finds nothing
  }
}

function unescapeHtml(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
