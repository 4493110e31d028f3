import type { IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import { within } from '../../fixtures/raw-client.ts';
import { everyCredential, pick, toCredential, type CredentialChoice } from './choices.ts';
import type { Hold, Moment } from './gateway.ts';
import { changeName, createIdentity, isLoggedOut, logIn, prepareLogout, revoke } from './people.ts';
import { Reference, toLines, toValues, type Credential, type Session } from './reference.ts';
import type { PathKind, World } from './world.ts';

/** A request that waits for a whoami which is held. */
interface Waiting {
  readonly key: string;
  readonly hold: Hold;
  readonly judged: Promise<void>;
}

/** Something that is asked while a logout is under way. */
export interface Meanwhile {
  /** `undefined`: with the credential that is logged out. */
  readonly choice: CredentialChoice | undefined;
  readonly isHeld: boolean;
}

/** One life of identities of its own: what is done in the world is done in the reference as well, and compared. */
export class Run {
  readonly world: World;
  readonly reference = new Reference();
  readonly #waiting = new Set<Waiting>();
  /** Credentials that need not be asked about, as nothing happened since they were. */
  readonly #warm = new Map<string, Session>();
  /** Seen together with another session, and forgotten together with it. */
  readonly #mixed = new Set<Session>();
  /** Things done so far, and those that are not over yet. */
  #begun = 0;
  #open = 0;

  static async start(world: World): Promise<Run> {
    const run = new Run(world);
    for (let i = 0; i < 2; i++) {
      const identity = createIdentity(world, run.reference);
      for (let n = 0; n < 2 - i; n++) await logIn(world, run.reference, { identity, way: 'linked' });
    }
    return run;
  }

  private constructor(world: World) {
    this.world = world;
  }

  /** Asks the app, and judges whom it saw. While nothing else happens, a credential that is known costs no question. */
  async ask(credential: Credential, kind: PathKind): Promise<void> {
    const { reference, world: { gateway } } = this;
    const key = toKey(credential);
    const expectation = reference.expect(credential);
    const before = gateway.whoamis;
    const { session } = expectation;
    const isWarm = this.#warm.has(key) && session !== undefined && !this.#mixed.has(session) && kind !== 'fresh' && this.#waiting.size === 0;
    const judged = this.#during(() => this.#askAndJudge(credential, kind));
    this.letGo(key); // it may share the call that is held
    const isAlone = await judged;
    if (!isAlone) return;
    if (isWarm) expect(gateway.whoamis - before, 'whoami calls about a credential that is known').toBe(0);
    if (kind === 'fresh') expect(gateway.whoamis - before, 'whoami calls for a fresh path').toBeGreaterThan(0);
    if (session?.isActive === true && session.ends.open === 0 && this.#waiting.size === 0) this.#warm.set(key, session);
  }

  /** Asks the app with a whoami that does not come back; where none is needed, just asks. */
  async askHeld(credential: Credential, { kind, moment }: { readonly kind: PathKind; readonly moment: Moment }): Promise<void> {
    const key = toKey(credential);
    const hold = this.world.gateway.hold((request) => isWhoamiOf(request, credential), moment);
    const waiting: Waiting = {
      key, hold,
      judged: this.#askAndJudge(credential, kind).finally(() => {
        this.#waiting.delete(waiting);
        hold.release(); // it may never have been needed
      }),
    };
    waiting.judged.catch(() => { /* whoever waits for it is told */ });
    this.#waiting.add(waiting);
    const shared = [...this.#waiting].some((other) => other !== waiting && other.key === key);
    await within(Promise.race([hold.caught, waiting.judged, ...(shared ? [new Promise((done) => { setImmediate(done); })] : [])]), 'whoami or an answer');
  }

  /** Lets a held whoami come back, and waits for all that waited for it. */
  async release(number: number): Promise<void> {
    if (this.#waiting.size === 0) return;
    const { key } = pick([...this.#waiting], number);
    await this.#finish([...this.#waiting].filter((waiting) => waiting.key === key));
  }

  async logOut(credential: Credential): Promise<void> {
    const { reference, world } = this;
    const session = reference.owner(credential);
    if (session === undefined) return;
    await this.#change([session], async () => {
      const call = await prepareLogout(world, session, credential);
      if (call === undefined) return;
      reference.willEnd([session]);
      const isDone = isLoggedOut(await world.call(call));
      reference.ended([session], { isDone, values: toValues(credential) });
    });
  }

  /** Logs out slowly, and asks the app meanwhile; the client may leave when the logout has come to Ory. */
  async logOutSlowly(credential: Credential, { moment, leaves, meanwhile }: { readonly moment: Moment; readonly leaves: boolean; readonly meanwhile: readonly Meanwhile[] }): Promise<void> {
    const { reference, world } = this;
    const session = reference.owner(credential);
    const call = session === undefined ? undefined : await prepareLogout(world, session, credential);
    if (session === undefined || call === undefined) return;
    await this.#change([session], async () => {
      reference.willEnd([session]);
      const hold = world.gateway.hold(({ url }) => url?.startsWith('/self-service/logout') === true, moment);
      const answer = leaves ? undefined : world.call(call);
      await (leaves ? world.abandon(call, hold.caught) : within(hold.caught, 'the logout at Ory'));
      for (let i = 0; i < 2; i++) await this.#askUncached(credential); // twice: the first must not be remembered
      for (const { choice, isHeld } of meanwhile) {
        const other = choice === undefined ? credential : toCredential(reference, choice);
        if (isHeld) await this.askHeld(other, { kind: 'open', moment: 'answered' });
        else await this.ask(other, 'open');
      }
      hold.release();
      await within(hold.settled, 'the end of the logout');
      const isDone = answer === undefined || isLoggedOut(await answer);
      reference.ended([session], { isDone, values: toValues(credential) });
    });
  }

  /** Ends other sessions of an identity: from a session that the proxy has not seen yet, or from any. */
  async revoke(choice: CredentialChoice, { target, isNew }: { readonly target: number | undefined; readonly isNew: boolean }): Promise<void> {
    const { reference, world } = this;
    const old = reference.owner(toCredential(reference, choice));
    if (old === undefined) return;
    const session = isNew ? await logIn(world, reference, { identity: old.identity, way: 'linked' }) : old;
    const credential = isNew ? toCredential(reference, { ...choice, session: reference.sessions.indexOf(session) }) : toCredential(reference, choice);
    const others = reference.sessionsOf(session.identity).filter((other) => other !== session);
    if (others.length === 0) return;
    const ended = target === undefined ? others : [pick(others, target)];
    await this.#change(others, async () => {
      reference.willEnd(ended);
      this.letGo(toKey(credential)); // the proxy looks the session up before it forwards this
      const isDone = await revoke(world, credential, target === undefined ? undefined : ended[0]?.id);
      reference.ended(ended, { isDone, values: 'all' });
    });
  }

  async changeName(credential: Credential): Promise<void> {
    const { reference, world } = this;
    const session = reference.owner(credential);
    if (session === undefined) return;
    await this.#change([session], async () => {
      const change = reference.willChange(session.identity);
      this.letGo(toKey(credential));
      reference.changed(change, { isStored: await changeName(world, session, { credential, name: `v${change.version}` }) });
    });
  }

  /** Lets everything come to its end, and looks at what is left of it. */
  async end(): Promise<void> {
    await this.#finish([...this.#waiting]);
    for (const credential of everyCredential(this.reference)) await this.ask(credential, 'open');
    for (const credential of everyCredential(this.reference).slice(0, 3)) await this.ask(credential, 'open'); // these are known now
  }

  /** Lets everything go after a failure. */
  async giveUp(): Promise<void> {
    await this.#finish([...this.#waiting]).catch(() => { /* the first failure is the one that counts */ });
  }

  /** Lets whoami calls about a credential come back, without waiting for what becomes of them. */
  letGo(key: string): void {
    for (const waiting of this.#waiting) if (waiting.key === key) waiting.hold.release();
  }

  /** Nothing may be remembered of this credential at present. */
  async #askUncached(credential: Credential): Promise<void> {
    const before = this.world.gateway.whoamis;
    await this.ask(credential, 'open');
    expect(this.world.gateway.whoamis - before, 'whoami calls about a credential that is being logged out').toBeGreaterThan(0);
  }

  async #askAndJudge(credential: Credential, kind: PathKind): Promise<void> {
    const expectation = this.reference.expect(credential);
    if (expectation.session !== undefined && this.reference.isMixed(credential)) this.#mixed.add(expectation.session);
    const problem = this.reference.judge(expectation, await this.world.ask(credential, kind));
    if (problem !== undefined) throw new Error(problem);
  }

  /** Does something that concerns these sessions: afterwards nothing is known about their identities. */
  async #change(sessions: readonly Session[], act: () => Promise<void>): Promise<void> {
    await this.#during(act);
    for (const [key, { identity }] of this.#warm) if (sessions.some((session) => session.identity === identity)) this.#warm.delete(key);
  }

  /** @returns whether nothing else was done meanwhile */
  async #during(act: () => Promise<void>): Promise<boolean> {
    const number = ++this.#begun;
    const isFirst = this.#open++ === 0;
    try {
      await act();
      return isFirst && this.#begun === number;
    } finally {
      this.#open--;
    }
  }

  async #finish(waiting: readonly Waiting[]): Promise<void> {
    for (const { hold } of waiting) hold.release();
    await Promise.all(waiting.map(({ judged }) => judged));
  }
}

function toKey(credential: Credential): string {
  return JSON.stringify(toLines(credential));
}

function isWhoamiOf({ url, headers }: IncomingMessage, credential: Credential): boolean {
  const lines = [...(headers.cookie === undefined ? [] : [`Cookie: ${headers.cookie}`]), ...(headers['x-session-token'] === undefined ? [] : [`X-Session-Token: ${String(headers['x-session-token'])}`]), ...(headers.authorization === undefined ? [] : [`Authorization: ${headers.authorization}`])];
  return url === '/sessions/whoami' && JSON.stringify(lines) === toKey(credential);
}
