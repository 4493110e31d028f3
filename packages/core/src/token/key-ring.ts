import type { WarningCode } from '../events.ts';
import type { Clock } from '../ports.ts';
import { composeSigningKeys, type SigningKey, type SigningKeys } from './signing-keys.ts';

/** Milliseconds for which a verifier may keep the JWKS, as its `Cache-Control` says. */
export const jwksMaxAge = 60_000;

/** One life for the copy that a verifier may have just fetched, one for those that are late. */
const leastPublished = 2 * jwksMaxAge;

/** The keys as they are now: another object whenever that changes. */
export interface CurrentKeys {
  readonly current: SigningKeys;
}

export interface KeyRingSetup {
  readonly clock: Clock;
  /** Longest life of a token in milliseconds: a key that signs no more is published for that long. */
  readonly tokenTtl: number;
  readonly onWarning: (code: WarningCode, message: string) => void;
}

/**
 * Lets keys be replaced while tokens are signed, so that at no moment somebody meets a token whose key cannot be found: a new key is
 * published at once and signs only after two lives of the JWKS; one that was taken away goes on until there is another to sign, and stays
 * published until the last token that it signed has expired. What the ring begins with signs at once: nobody can know it longer.
 */
export class KeyRing implements CurrentKeys {
  readonly #setup: KeyRingSetup;
  #current: SigningKeys;
  #given: readonly SigningKey[];
  /** Monotonic time since when a key is published, by its id. */
  readonly #publishedSince = new Map<string, number>();
  /** Keys that were taken away, and the monotonic time at which the last token of each has expired. */
  readonly #retired = new Map<SigningKey, number>();
  #cancelTimer = (): void => { /* none yet */ };

  constructor(keys: SigningKeys, setup: KeyRingSetup) {
    this.#setup = setup;
    this.#current = keys;
    this.#given = keys.all;
    for (const { kid } of keys.all) this.#publishedSince.set(kid, -Infinity);
  }

  get current(): SigningKeys { return this.#current; }

  /** Takes other keys, in the order in which they are wanted: the first one signs as soon as it has been published for long enough. */
  replace({ all: given }: SigningKeys): void {
    const now = this.#setup.clock.monotonic();
    const known = new Map([...this.#current.all].map((key) => [key.kid, key])); // the same objects, or tokens would be signed anew
    this.#given = given.map((key) => known.get(key.kid) ?? key);
    for (const { kid } of this.#given) if (!this.#publishedSince.has(kid)) this.#publishedSince.set(kid, now);
    for (const key of known.values()) {
      if (this.#given.includes(key)) this.#retired.delete(key);
      else if (!this.#retired.has(key)) this.#retired.set(key, now + this.#setup.tokenTtl);
    }
    this.#refresh();
    const { all, active } = this.#current;
    const first = this.#given[0]?.kid;
    this.#setup.onWarning('keys_changed', `the signing keys were changed: ${all.length} are published, ${active.kid} signs${first === active.kid ? '' : `, and ${first} once it has been published for ${leastPublished / 1_000} s`}`);
  }

  #refresh(): void {
    const now = this.#setup.clock.monotonic();
    const before = this.#current.active;
    const active = this.#given.find((key) => this.#signsFrom(key) <= now) ?? before;
    if (active !== before && !this.#given.includes(before)) this.#retired.set(before, now + this.#setup.tokenTtl);
    for (const [key, until] of this.#retired) {
      if (until > now || key === active) continue;
      this.#retired.delete(key);
      this.#publishedSince.delete(key.kid);
    }
    this.#current = composeSigningKeys(active, [...this.#given, ...this.#retired.keys()]);

    this.#cancelTimer();
    const next = Math.min(
      ...this.#given.map((key) => this.#signsFrom(key)).filter((time) => time > now),
      ...[...this.#retired.values()].filter((time) => time > now),
    );
    if (next !== Infinity) this.#cancelTimer = this.#setup.clock.after(next - now, () => { this.#turn(); });
  }

  #turn(): void {
    const before = this.#current.active;
    this.#refresh();
    const { active } = this.#current;
    if (active !== before) this.#setup.onWarning('keys_changed', `the signing key ${active.kid} signs from now on`);
  }

  #signsFrom({ kid }: SigningKey): number {
    return (this.#publishedSince.get(kid) ?? Infinity) + leastPublished;
  }
}
