import type { Tunnel } from '../message.ts';
import type { Clock } from '../ports.ts';
import type { Credentials } from './credentials.ts';
import { everySession } from './invalidation.ts';
import type { SessionState } from './session.ts';

/** Who opened a socket, and by what that may end. */
export interface SocketOwner {
  readonly credentials: Credentials;
  readonly identityId: string;
  /** Digests of the credential's values, session id and identity id. */
  readonly tags: readonly string[];
  /** Milliseconds between two questions about the session. */
  readonly interval: number;
}

interface Binding extends SocketOwner {
  readonly tunnel: Tunnel;
  cancelTimer: () => void;
}

/**
 * Upgraded connections that live no longer than the session that opened them. An invalidation alone ends none, since it may mean as little
 * as a changed name; it is the reason to ask at once.
 */
export class BoundSockets {
  readonly #clock: Clock;
  readonly #findState: (credentials: Credentials) => Promise<SessionState>;
  readonly #byTag = new Map<string, Set<Binding>>();
  readonly #all = new Set<Binding>();

  constructor(clock: Clock, findState: (credentials: Credentials) => Promise<SessionState>) {
    this.#clock = clock;
    this.#findState = findState;
  }

  get size(): number { return this.#all.size; }

  bind(tunnel: Tunnel, owner: SocketOwner): void {
    const binding: Binding = { ...owner, tunnel, cancelTimer: () => { /* none yet */ } };
    this.#all.add(binding);
    for (const tag of owner.tags) {
      const bound = this.#byTag.get(tag);
      if (bound === undefined) this.#byTag.set(tag, new Set([binding]));
      else bound.add(binding);
    }
    this.#startTimer(binding);
    tunnel.onClose(() => { this.#release(binding); });
  }

  /** Something happened to the sessions with these tags. Ends what is not confirmed: after a logout, silence is no reason to stay. */
  recheck(tags: readonly string[]): void {
    if (this.#all.size === 0) return;
    const concerned = tags.includes(everySession) ? this.#all : new Set(tags.flatMap((tag) => [...this.#byTag.get(tag) ?? []]));
    for (const binding of concerned) void this.#check(binding, { endsUnknown: true });
  }

  async #check(binding: Binding, { endsUnknown }: { readonly endsUnknown: boolean }): Promise<void> {
    const state = await this.#findState(binding.credentials);
    const isConfirmed = state.state === 'authenticated' ? state.session.identityId === binding.identityId : state.state === 'unknown' && !endsUnknown;
    if (!isConfirmed && this.#all.has(binding)) binding.tunnel.close();
  }

  #startTimer(binding: Binding): void {
    binding.cancelTimer = this.#clock.after(binding.interval, () => {
      void this.#check(binding, { endsUnknown: false }).then(() => { if (this.#all.has(binding)) this.#startTimer(binding); });
    });
  }

  #release(binding: Binding): void {
    binding.cancelTimer();
    this.#all.delete(binding);
    for (const tag of binding.tags) {
      const bound = this.#byTag.get(tag);
      bound?.delete(binding);
      if (bound?.size === 0) this.#byTag.delete(tag);
    }
  }
}
