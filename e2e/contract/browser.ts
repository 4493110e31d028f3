import { randomUUID } from 'node:crypto';
import { Jar } from './cookies.ts';
import type { Answer } from './http.ts';
import { expectStatus, type Identity } from './identities.ts';
import { json, readList, readText, read } from './json.ts';
import type { Target } from './target.ts';

export const asJson = { Accept: 'application/json' };
export const asHtml = { Accept: 'text/html' };

export type FlowKind = 'login' | 'registration' | 'settings' | 'recovery' | 'verification';

export interface Flow {
  readonly kind: FlowKind;
  readonly id: string;
  /** The value of the form's csrf_token, empty in native flows. */
  readonly csrf: string;
  readonly body: unknown;
}

/** Something that keeps cookies and submits forms. */
export class Browser {
  readonly target: Target;
  readonly jar: Jar;

  constructor(target: Target, jar = new Jar()) {
    this.target = target;
    this.jar = jar;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = asJson): Promise<Answer> {
    return this.#keep(await this.target.call({ path, headers: { ...headers, ...this.jar.toHeaders() } }));
  }

  async delete(path: string): Promise<Answer> {
    return this.#keep(await this.target.call({ method: 'DELETE', path, headers: { ...asJson, ...this.jar.toHeaders() } }));
  }

  /** A form as a script sends it: JSON there and back. */
  async submit(flow: Flow, form: unknown): Promise<Answer> {
    return this.submitText(flow, JSON.stringify(form), { ...asJson, 'Content-Type': 'application/json' });
  }

  /** A form as a page sends it. */
  async submitPage(flow: Flow, form: Readonly<Record<string, string>>): Promise<Answer> {
    return this.submitText(flow, new URLSearchParams(form).toString(), { ...asHtml, 'Content-Type': 'application/x-www-form-urlencoded' });
  }

  async submitText(flow: Flow, body: string | Uint8Array, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const path = `/self-service/${flow.kind}?flow=${flow.id}`;
    return this.#keep(await this.target.call({ method: 'POST', path, body, headers: { ...headers, ...this.jar.toHeaders() } }));
  }

  async start(kind: FlowKind, query: Readonly<Record<string, string>> = {}): Promise<Flow> {
    const search = new URLSearchParams(query).toString();
    const answer = await this.get(`/self-service/${kind}/browser${search === '' ? '' : `?${search}`}`);
    expectStatus(answer, 200);
    return toFlow(kind, answer);
  }

  async logIn(identity: Identity): Promise<Answer> {
    const flow = await this.start('login');
    const answer = await this.submit(flow, { ...passwordForm(identity), csrf_token: flow.csrf });
    expectStatus(answer, 200);
    return answer;
  }

  async whoami(): Promise<Answer> {
    return this.get('/sessions/whoami', {});
  }

  /** This browser before what happens next. */
  clone(): Browser {
    return new Browser(this.target, this.jar.clone());
  }

  #keep(answer: Answer): Answer {
    this.jar.store(answer);
    return answer;
  }
}

export function passwordForm({ email, password }: Pick<Identity, 'email' | 'password'>): Record<string, string> {
  return { method: 'password', identifier: email, password };
}

export function toFlow(kind: FlowKind, answer: Answer): Flow {
  const body = json(answer);
  return { kind, id: readText(body, 'id'), csrf: readText(readNode(body, 'csrf_token'), 'attributes', 'value'), body };
}

/** A flow that no target knows. */
export function createUnknownFlow(kind: FlowKind): Flow {
  return { kind, id: randomUUID(), csrf: '', body: undefined };
}

export function readNodes(flow: unknown): readonly unknown[] {
  return readList(flow, 'ui', 'nodes');
}

/** The first node of that name. */
export function readNode(flow: unknown, name: string): unknown {
  return readNodes(flow).find((node) => read(node, 'attributes', 'name') === name);
}

export function readNodeNames(flow: unknown): unknown[] {
  return readNodes(flow).map((node) => read(node, 'attributes', 'name'));
}
