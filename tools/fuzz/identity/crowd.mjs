// Users who come and go, and what the app may see of each of their requests.
import { Users } from '../users.mjs';

/** Ended sessions that are still used now and then. */
const ghostLimit = 200;

/** Knows of every request under way whose it is, and judges what reaches the app. */
export class Crowd {
  users = new Users();
  counts = { requests: 0, authenticated: 0, anonymous: 0, logouts: 0, aborted: 0, whoamis: 0, wrong: 0, stale: 0, missing: 0, unavailable: 0, mixedUp: 0 };
  problems = [];
  #underWay = new Map();
  #ghosts = [];

  constructor(size) {
    for (let i = 0; i < size; i++) this.users.create();
  }

  /** A session for the next request: mostly one that lives, sometimes one that has ended. */
  choose(random) {
    return this.#ghosts.length > 0 && random.chance(0.05) ? random.pick(this.#ghosts) : random.pick(this.users.list);
  }

  /** Before the first byte of a request is written. @returns its number */
  begin(session, byToken) {
    const number = ++this.counts.requests;
    // A logout names one credential. What else proves the session, and was not seen together with it, is believed until `cacheTtl` is over.
    this.#underWay.set(number, { session, mustBeAnonymous: session.isGone === true && session.leftByToken === byToken });
    return number;
  }

  /** The client has its answer, or has left; the app may still see the request for a moment. */
  end(number) {
    setTimeout(() => { this.#underWay.delete(number); }, 5000).unref();
  }

  /** A logout is about to be sent: until its answer came, requests of the session may be either. Its user logs in anew. */
  leave(session, byToken) {
    if (session.isLeaving === true) return;
    session.isLeaving = true;
    session.leftByToken = byToken;
    this.users.renew(session);
    this.#ghosts.push(session);
    if (this.#ghosts.length > ghostLimit) this.users.forget(this.#ghosts.shift());
  }

  /** The last byte of a logout's answer has come. */
  gone(session) {
    this.counts.logouts++;
    session.isGone = true;
  }

  /** @param claims of the token that came with it, `undefined`: none; `notice`: what the proxy said instead */
  judge(number, claims, notice) {
    const request = this.#underWay.get(number);
    if (request === undefined) return this.#report('mixedUp', `request ${number} is nobody's`);
    const { session, mustBeAnonymous } = request;
    this.counts[claims === undefined ? 'anonymous' : 'authenticated']++;
    if (claims !== undefined && (claims.sub !== session.id || claims.session?.id !== session.sessionId)) this.#report('wrong', `request ${number} of ${session.id} came as ${claims.sub}`);
    else if (claims !== undefined && mustBeAnonymous) this.#report('stale', `request ${number} was authenticated by a session that had been ended before it was sent`);
    else if (notice !== undefined) this.#report('unavailable', `request ${number} came as nobody: ${notice}`);
    else if (claims === undefined && session.isLeaving !== true) this.#report('missing', `request ${number} of a live session came as nobody`);
  }

  mixUp(message) {
    this.#report('mixedUp', message);
  }

  #report(kind, message) {
    this.counts[kind]++;
    if (this.problems.length < 20) this.problems.push({ kind, message });
  }
}
