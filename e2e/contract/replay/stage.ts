import { Browser, type FlowKind } from '../browser.ts';
import { createEmail, createIdentity, type Identity } from '../identities.ts';
import { json, readText } from '../json.ts';
import { addSecondFactor, logInNative } from '../native.ts';
import type { Target } from '../target.ts';
import { createTotpCode } from '../totp.ts';
import type { Bindings } from './bindings.ts';
import type { Exchange, Recording } from './recording.ts';

/** Where what a recording takes for granted is set up, and tied to the values that its requests carry. */
export class Stage {
  readonly target: Target;
  readonly #bindings: Bindings;
  readonly #recording: Recording;
  #known: Identity | undefined;

  constructor(target: Target, recording: Recording, bindings: Bindings) {
    this.target = target;
    this.#recording = recording;
    this.#bindings = bindings;
  }

  /** An identity; unless told otherwise with the first address that the recording mentions. */
  async identity(given: Partial<Identity> = {}): Promise<Identity> {
    const email = (given.email ?? this.mentioned(0)).toLowerCase();
    this.#known = await createIdentity(this.target, { ...given, email });
    return this.#known;
  }

  /** An identity that the recording does not mention. */
  stranger(): Promise<Identity> {
    return this.identity({ email: createEmail() });
  }

  /** The identity that was created last. */
  get known(): Identity {
    if (this.#known === undefined) throw new Error(`${this.#recording.name} knows no identity yet`);
    return this.#known;
  }

  /** One of the addresses that the recording mentions, counted from 0; a new one when there are none. */
  mentioned(index: number): string {
    const addresses = new Set(JSON.stringify(this.#recording.exchanges).match(/[\w.-]+@example\.org/gu));
    return [...addresses][index] ?? createEmail();
  }

  /** What a step submits under a name. */
  textOf(step: number, name: string): string {
    const { body } = this.#request(step);
    return readText(body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)), name);
  }

  /** The identity whose identifier and password a login of the recording submits. */
  async account(step: number): Promise<Identity> {
    return this.identity({ email: this.textOf(step, 'identifier'), password: this.textOf(step, 'password') });
  }

  async secondFactor(identity: Identity): Promise<void> {
    await addSecondFactor(this.target, identity);
  }

  /** Logs a browser in, whose cookies are the ones of that step. Returns the id of the session. */
  async cookies(identity: Identity, step: number): Promise<string> {
    const browser = new Browser(this.target);
    const answer = await browser.logIn(identity);
    for (const [, name = '', recorded = ''] of (this.#request(step).headers['Cookie'] ?? '').matchAll(/([^=; ]+)=([^;]+)/gu)) {
      const live = browser.jar.get(name);
      if (live !== undefined && recorded !== 'garbage') this.#bindings.bind(recorded, live);
    }
    return readText(json(answer), 'session', 'id');
  }

  /** Logs in natively; the token is the one of that step, when a step is given. Returns the id of the session. */
  async token(identity: Identity, step?: number): Promise<string> {
    const { token, sessionId } = await logInNative(this.target, identity);
    if (step !== undefined) this.#bind(step, /ory_st_[A-Za-z0-9]{32}/u, token);
    return sessionId;
  }

  /** The code of a step is the one that was sent to this address. */
  async code(step: number, email = this.known.email): Promise<void> {
    this.#bindings.assign(this.textOf(step, 'code'), await this.target.readCode(email));
  }

  /** The code of a step is the one that an authenticator shows for the secret that a settings flow showed before. */
  async totp(step: number): Promise<void> {
    const shown = this.#recording.exchanges.slice(0, step).map(({ response }) => /"secret":"([A-Z2-7]{32})"/u.exec(response.body)?.[1]);
    const secret = this.#bindings.get(shown.find((found) => found !== undefined) ?? '');
    this.#bindings.assign(this.textOf(step, 'totp_code'), createTotpCode(secret, this.target.now()));
  }

  /** Starts a browser flow that a step submits. */
  async flow(kind: FlowKind, step: number): Promise<void> {
    const browser = new Browser(this.target);
    const flow = await browser.start(kind);
    this.path(step, flow.id);
    this.#bindings.bindMasked(this.textOf(step, 'csrf_token'), flow.csrf);
  }

  /** The id in the path of a step stands for this one. */
  path(step: number, id: string): void {
    this.#bind(step, /[0-9a-f-]{36}/u, id);
  }

  #bind(step: number, pattern: RegExp, live: string): void {
    const recorded = pattern.exec(JSON.stringify(this.#request(step)))?.[0];
    if (recorded === undefined) throw new Error(`step ${step} of ${this.#recording.name} has no ${String(pattern)}`);
    this.#bindings.bind(recorded, live);
  }

  #request(step: number): Exchange['request'] {
    const exchange = this.#recording.exchanges[step];
    if (exchange === undefined) throw new Error(`${this.#recording.name} has no step ${step}`);
    return exchange.request;
  }
}
