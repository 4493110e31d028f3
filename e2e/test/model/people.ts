import { parseSetCookie } from '../../contract/cookies.ts';
import { readList, readText, read } from '../../contract/json.ts';
import type { Answer } from '../../fixtures/raw-client.ts';
import { toLines, type Credential, type Identity, type Reference, type Session } from './reference.ts';
import type { Call, World } from './world.ts';

const asJson = 'Accept: application/json';

/** `browser`, `native`: by password, through the proxy; `linked`: a session of which both cookie and token are known. */
export type LoginWay = 'browser' | 'native' | 'linked';

export function createIdentity(world: World, reference: Reference): Identity {
  const [email, password] = [`${crypto.randomUUID()}@example.org`, `pw-${crypto.randomUUID()}`];
  const { id } = world.emulator.control.createIdentity({ traits: { email, name: 'v0' }, password });
  return reference.addIdentity({ id, email, password });
}

export async function logIn(world: World, reference: Reference, { identity, way }: { readonly identity: Identity; readonly way: LoginWay }): Promise<Session> {
  if (way === 'linked') {
    const { id, token, cookie } = world.emulator.control.createSession(identity.id);
    return reference.addSession({ identity, id, token, cookies: [cookie.value], csrf: '' });
  }
  const isBrowser = way === 'browser';
  const started = expectStatus(await world.call({ target: `/.ory/self-service/login/${isBrowser ? 'browser' : 'api'}`, lines: [asJson] }), 200);
  const csrf = findCookie(started, 'csrf_token_') ?? '';
  const flow = toFlow(started);
  const form = { method: 'password', identifier: identity.email, password: identity.password, csrf_token: flow.csrf };
  const answer = expectStatus(await world.call(toSubmit('login', flow, { form, lines: isBrowser ? [`Cookie: ${csrf}`] : [] })), 200);
  const id = readText(answer.json(), 'session', 'id');
  const cookie = findCookie(answer, 'ory_kratos_session=');
  if (!isBrowser) return reference.addSession({ identity, id, token: readText(answer.json(), 'session_token'), cookies: [], csrf: '' });
  return reference.addSession({ identity, id, token: undefined, cookies: [toValue(cookie)], csrf: findCookie(answer, 'csrf_token_') ?? csrf });
}

/** The request that logs this credential out; `undefined`: Ory knows its session no more. */
export async function prepareLogout(world: World, session: Session, credential: Credential): Promise<Call | undefined> {
  if (credential.cookies.length === 0) {
    const token = credential.sessionToken ?? credential.bearer;
    return { method: 'DELETE', target: '/.ory/self-service/logout/api', body: `{ "session_token":${JSON.stringify(token)} }` };
  }
  const answer = await world.call({ target: '/.ory/self-service/logout/browser', lines: [asJson, ...toLines(credential, ...csrfOf(session))] });
  if (answer.status === 401) return undefined;
  const url = new URL(readText(expectStatus(answer, 200).json(), 'logout_url'));
  return { target: `${url.pathname}${url.search}`, lines: ['Accept: text/html', ...toLines(credential, ...csrfOf(session))] };
}

/** Whether the answer says that the session has ended. */
export function isLoggedOut({ status }: Answer): boolean {
  return status === 204 || status === 303;
}

/** Gives the identity another name. @returns whether Ory took it */
export async function changeName(world: World, session: Session, { credential, name }: { readonly credential: Credential; readonly name: string }): Promise<boolean> {
  const isBrowser = credential.sessionToken === undefined && credential.cookies.length > 0;
  const lines = (): string[] => toLines(credential, ...(isBrowser ? csrfOf(session) : []));
  const started = await world.call({ target: `/.ory/self-service/settings/${isBrowser ? 'browser' : 'api'}`, lines: [asJson, ...lines()] });
  if (started.status === 401) return false;
  keepCookies(session, expectStatus(started, 200));
  const flow = toFlow(started);
  const form = { method: 'profile', traits: { email: session.identity.email, name }, csrf_token: flow.csrf };
  const answer = await world.call(toSubmit('settings', flow, { form, lines: lines() }));
  if (answer.status === 401) return false;
  keepCookies(session, expectStatus(answer, 200));
  return true;
}

/** `DELETE /sessions`, or one session by its id. @returns whether Ory did it */
export async function revoke(world: World, credential: Credential, id?: string): Promise<boolean> {
  const answer = await world.call({ method: 'DELETE', target: `/.ory/sessions${id === undefined ? '' : `/${id}`}`, lines: [asJson, ...toLines(credential)] });
  if (answer.status === 401) return false;
  expectStatus(answer, id === undefined ? 200 : 204);
  return true;
}


function toSubmit(kind: string, { id }: { readonly id: string }, { form, lines }: { readonly form: object; readonly lines: readonly string[] }): Call {
  return { method: 'POST', target: `/.ory/self-service/${kind}?flow=${id}`, lines: [asJson, ...lines], body: JSON.stringify(form) };
}

function toFlow(answer: Answer): { id: string; csrf: string } {
  const body = answer.json();
  const node = readList(body, 'ui', 'nodes').find((candidate) => read(candidate, 'attributes', 'name') === 'csrf_token');
  return { id: readText(body, 'id'), csrf: readText(node, 'attributes', 'value') };
}

/** Where a browser gets a new cookie for its session, the old one stays good. */
function keepCookies(session: Session, answer: Answer): void {
  session.csrf = findCookie(answer, 'csrf_token_') ?? session.csrf;
  const cookie = findCookie(answer, 'ory_kratos_session=');
  if (cookie !== undefined) session.cookies.push(toValue(cookie));
}

function csrfOf({ csrf }: Session): string[] {
  return csrf === '' ? [] : [csrf];
}

/** `name=value` of the cookie that an answer sets, by the start of that. */
function findCookie(answer: Answer, start: string): string | undefined {
  return answer.all('set-cookie').find((line) => line.startsWith(start))?.split(';')[0];
}

function toValue(pair: string | undefined): string {
  return parseSetCookie(pair ?? '').value;
}

/** @throws Error when a step that only sets the scene fails */
function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${status} expected, ${answer.status} received: ${answer.text.slice(0, 300)}`);
  return answer;
}
