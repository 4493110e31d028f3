import { mask, padOf, unmask } from '../csrf.ts';

const zeroUuid = '00000000-0000-0000-0000-000000000000';

/** Which value of this run stands for which recorded one. */
export class Bindings {
  readonly #live = new Map<string, string>();
  readonly #recorded = new Map<string, string>();
  readonly #moments = new Map<string, string>();

  /** Binds both ways; says what is wrong when one of the two is bound to something else. */
  bind(recorded: string, live: string): string | undefined {
    if (recorded === zeroUuid || live === zeroUuid) return recorded === live ? undefined : `${recorded} expected, ${live} received`;
    const known = this.#live.get(recorded) ?? live;
    if (known !== live) return `the same value as before expected (${known}), ${live} received`;
    const origin = this.#recorded.get(live) ?? recorded;
    if (origin !== recorded) return `a new value expected, ${live} received again`;
    this.#live.set(recorded, live);
    this.#recorded.set(live, recorded);
    return undefined;
  }

  /** Binds a form's token, and the cookie value that it hides. */
  bindMasked(recorded: string, live: string): string | undefined {
    return this.bind(recorded, live) ?? this.bind(unmask(recorded), unmask(live));
  }

  /** Binds one way: moments that were apart may fall together. */
  bindMoment(recorded: string, live: string): string | undefined {
    const known = this.#moments.get(recorded) ?? live;
    this.#moments.set(recorded, known);
    return known === live ? undefined : `the same moment as before expected (${known}), ${live} received`;
  }

  /** Binds one way, whatever else the value stands for. */
  assign(recorded: string, live: string): void {
    this.#live.set(recorded, live);
  }

  /** What stands for a recorded value, the value itself when nothing does. */
  get(recorded: string): string {
    const live = this.#live.get(recorded);
    if (live !== undefined) return live;
    const cookie = recorded.length === 88 ? this.#live.get(unmask(recorded)) : undefined;
    return cookie === undefined ? recorded : mask(cookie, padOf(recorded));
  }

  /** A recorded text with this run's values in it, as they are or percent-encoded. */
  substitute(text: string): string {
    const known = [...this.#live.keys()].flatMap((key) => [key, encodeURIComponent(key)]).map((key) => toPattern(key));
    const token = '[A-Za-z0-9+/]{86}==|(?:[A-Za-z0-9]|%2B|%2F){86}%3D%3D';
    return text.replaceAll(new RegExp([...known, token].join('|'), 'gu'), (found) => {
      if (!found.includes('%')) return this.get(found);
      return encodeURIComponent(this.get(decodeURIComponent(found)));
    });
  }
}

/** A code of six digits could be a part of something longer. */
function toPattern(key: string): string {
  return /^\d{6}$/u.test(key) ? `(?<![\\w+/])${key}(?![\\w+/])` : key.replaceAll(/[.*+?^${}()|[\]\\/]/gu, '\\$&');
}
