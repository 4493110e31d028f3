// People with sessions, and what the scripted Ory says about the credentials of a request.
import { randomUUID } from 'node:crypto';
import { sessionText } from './fixtures.mjs';

/** Cookies about which Ory has something else to say than who it is. */
export const troublesome = Object.freeze({
  refused: { status: 401 }, step_up: { status: 403, body: '{"error":{"id":"session_aal2_required"},"redirect_browser_to":"/ui/login?aal=aal2"}' },
  nonsense: { status: 200, body: 'not json' }, broken: { status: 500 },
});

export class Users {
  #bySecret = new Map();
  #dead = new Set();
  list = [];

  /** A user with one session, provable by cookie and by token; the secrets are recognisable in any bytes. */
  create() {
    const n = this.list.length;
    const user = this.#login({ n, id: randomUUID() });
    this.list.push(user);
    return user;
  }

  /** The same person with another session, in the place of this one. */
  renew(user) {
    const renewed = this.#login(user);
    this.list[user.n] = renewed;
    return renewed;
  }

  #login({ n, id }) {
    const sessionId = randomUUID();
    const user = { n, id, sessionId, secret: `u-${sessionId}`, token: `ory_st_${sessionId}`, email: `${n}@example.com` };
    this.#bySecret.set(user.secret, user);
    this.#bySecret.set(user.token, user);
    return user;
  }

  /** Ory knows the session no more. */
  end(user) {
    this.#dead.add(user.sessionId);
  }

  forget(user) {
    this.#dead.delete(user.sessionId);
    this.#bySecret.delete(user.secret);
    this.#bySecret.delete(user.token);
  }

  isDead(user) {
    return this.#dead.has(user.sessionId);
  }

  /** The user whom a single secret proves. */
  find(secret) {
    return this.#bySecret.get(secret);
  }

  /** All whose secret occurs in these field values, dead or alive. */
  findAll(values) {
    const found = values.flatMap((value) => value.match(/(?:u-|ory_st_)[0-9a-f-]{36}/g) ?? []).map((secret) => this.find(secret));
    return found.filter((user) => user !== undefined);
  }

  /** Kratos' answer to whoami: the token counts before cookies, of which the first that it knows. */
  whoami(request) {
    const token = request.field('x-session-token') ?? /^Bearer (.*)$/i.exec(request.field('authorization') ?? '')?.[1];
    const cookies = request.all('cookie').flatMap((field) => field.split(/; */)).map((pair) => pair.slice(pair.indexOf('=') + 1));
    const trouble = cookies.find((value) => Object.hasOwn(troublesome, value));
    const user = this.find(token) ?? cookies.map((value) => this.find(value)).find((known) => known !== undefined);
    if (user !== undefined && !this.isDead(user)) return json(200, sessionText(user));
    if (trouble !== undefined && token === undefined) return json(troublesome[trouble].status, troublesome[trouble].body ?? '{}');
    return json(401, '{"error":{"id":"session_inactive"}}');
  }
}

function json(status, body) {
  return { status, fields: ['Content-Type', 'application/json; charset=utf-8'], body };
}
