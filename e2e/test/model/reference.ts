import { decodeJwt } from 'jose';

/** What a request brings to be known by, in the order of its cookies. */
export interface Credential {
  readonly cookies: readonly string[];
  readonly sessionToken: string | undefined;
  readonly bearer: string | undefined;
}

export interface Identity {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  /** Versions of its traits that Ory may have at present: one, unless changes overlapped. */
  possible: Set<number>;
  /** Changes that were sent so far, and how many of them are not answered yet. */
  changes: { sent: number; open: number };
}

/** New traits on their way. */
export interface Change {
  readonly identity: Identity;
  readonly version: number;
  /** Which of its changes it is; `undefined`: another was open when it was sent. */
  readonly number: number | undefined;
}

export interface Session {
  readonly identity: Identity;
  readonly id: string;
  readonly token: string | undefined;
  /** Values of its cookie, the newest last: Ory takes them all. */
  readonly cookies: string[];
  /** The browser's `csrf_token_…=…`. */
  csrf: string;
  isActive: boolean;
  /** What was sent to end it so far, and how much of that is not answered yet. */
  ends: { sent: number; open: number };
  /** Ended by a request that told whose it was, whatever it is proved by. */
  isForgotten: boolean;
  /** What was named by those that ended it. */
  readonly forgottenValues: Set<string>;
}

/** What is true when a request is sent. */
export interface Expectation {
  readonly session: Session | undefined;
  /** Its session ended, and the proxy has been told so about this credential before. */
  readonly mustBeAnonymous: boolean;
  /** It has a session, and nothing is under way that may end it. */
  readonly isSafe: boolean;
  readonly endsSent: number;
  readonly versions: ReadonlySet<number>;
  readonly newestVersion: number;
}

/** Ory and the promise of the proxy, as simple as they can be said. */
export class Reference {
  readonly identities: Identity[] = [];
  readonly sessions: Session[] = [];
  #newestVersion = 0;

  /** The session that decides: `X-Session-Token`, else the first cookie, else the bearer; there is no second try. */
  owner({ cookies: [cookie], sessionToken, bearer }: Credential): Session | undefined {
    const token = sessionToken ?? (cookie === undefined ? bearer : undefined);
    return this.sessions.find((session) => (token === undefined ? cookie !== undefined && session.cookies.includes(cookie) : session.token === token));
  }

  /** Whether it proves more than one session, of which one decides. */
  isMixed(credential: Credential): boolean {
    const values = toValues(credential);
    return this.sessions.filter(({ token, cookies }) => values.some((value) => value === token || cookies.includes(value))).length > 1;
  }

  expect(credential: Credential): Expectation {
    const session = this.owner(credential);
    const isForgotten = session !== undefined && (session.isForgotten || toValues(credential).some((value) => session.forgottenValues.has(value)));
    return {
      session, isSafe: session?.isActive === true && session.ends.open === 0, mustBeAnonymous: session === undefined || (!session.isActive && isForgotten),
      endsSent: session?.ends.sent ?? 0, versions: new Set(session?.identity.possible), newestVersion: this.#newestVersion,
    };
  }

  /** What is wrong with an answer; `undefined`: nothing. */
  judge({ session, mustBeAnonymous, isSafe, endsSent, versions, newestVersion }: Expectation, authorization: string | undefined): string | undefined {
    if (authorization === undefined) return isSafe && session?.ends.sent === endsSent ? 'a live session came as nobody' : undefined;
    const claims = decodeJwt<{ session: { id: string; identity: { traits: { name: string } } } }>(authorization.replace(/^Bearer /, ''));
    if (session === undefined || claims.sub !== session.identity.id || claims.session.id !== session.id) return `session ${claims.session.id} of ${claims.sub} in the place of ${session?.id} of ${session?.identity.id}`;
    if (mustBeAnonymous) return 'authenticated by a session that had been ended before the request was sent';
    const version = Number(claims.session.identity.traits.name.slice(1));
    return versions.has(version) || version > newestVersion ? undefined : `version ${version} of the traits, which had been replaced by ${[...versions].join(' or ')} before the request was sent`;
  }

  addIdentity(identity: Omit<Identity, 'possible' | 'changes'>): Identity {
    const added = { ...identity, possible: new Set([0]), changes: { sent: 0, open: 0 } };
    this.identities.push(added);
    return added;
  }

  addSession(session: Omit<Session, 'isActive' | 'ends' | 'isForgotten' | 'forgottenValues'>): Session {
    const added = { ...session, isActive: true, ends: { sent: 0, open: 0 }, isForgotten: false, forgottenValues: new Set<string>() };
    this.sessions.push(added);
    return added;
  }

  sessionsOf(identity: Identity): Session[] {
    return this.sessions.filter((session) => session.identity === identity);
  }

  /** Something that may end these sessions is about to be sent. */
  willEnd(sessions: readonly Session[]): void {
    for (const { ends } of sessions) {
      ends.sent++;
      ends.open++;
    }
  }

  /** Its answer has come. Of a logout the proxy knows the `values` that it named; what comes from another session reaches whatever proves these. */
  ended(sessions: readonly Session[], { isDone, values }: { readonly isDone: boolean; readonly values: readonly string[] | 'all' }): void {
    for (const session of sessions) {
      session.ends.open--;
      if (!isDone) continue;
      session.isActive = false;
      if (values === 'all') session.isForgotten = true;
      else for (const value of values) session.forgottenValues.add(value);
    }
  }

  /** New traits are about to be sent. */
  willChange(identity: Identity): Change {
    const { changes, possible } = identity;
    const version = ++this.#newestVersion;
    possible.add(version);
    changes.sent++;
    return { identity, version, number: ++changes.open > 1 ? undefined : changes.sent };
  }

  /** Its answer has come. Of changes that overlapped any may have been the last. */
  changed({ identity, version, number }: Change, { isStored }: { readonly isStored: boolean }): void {
    identity.changes.open--;
    if (!isStored) identity.possible.delete(version);
    else if (identity.changes.sent === number) identity.possible = new Set([version]);
  }
}

/** Everything in a credential that could be presented alone. */
export function toValues({ cookies, sessionToken, bearer }: Credential): string[] {
  return [...cookies, ...(sessionToken === undefined ? [] : [sessionToken]), ...(bearer === undefined ? [] : [bearer])];
}

/** The field lines of a credential; other cookies go with them. */
export function toLines(credential: Credential, ...cookies: readonly string[]): string[] {
  const all = [...cookies, ...credential.cookies.map((value) => `ory_kratos_session=${value}`)];
  return [
    ...(all.length === 0 ? [] : [`Cookie: ${all.join('; ')}`]),
    ...(credential.sessionToken === undefined ? [] : [`X-Session-Token: ${credential.sessionToken}`]),
    ...(credential.bearer === undefined ? [] : [`Authorization: Bearer ${credential.bearer}`]),
  ];
}
