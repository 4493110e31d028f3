import { fields, type Answer } from './http.ts';

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Attribute names in lower case; an attribute without a value has an empty one. */
  readonly attributes: ReadonlyMap<string, string>;
}

export function setCookies(answer: Answer): SetCookie[] {
  return fields(answer, 'Set-Cookie').map((line) => parseSetCookie(line));
}

export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...attributes] = line.split('; ');
  const { name, value } = parsePair(pair);
  return {
    name,
    value,
    attributes: new Map(attributes.map((attribute) => parsePair(attribute)).map((attribute) => [attribute.name.toLowerCase(), attribute.value])),
  };
}

/** Keeps what one host sets; every path of these suites is below `/`. */
export class Jar {
  readonly #cookies = new Map<string, string>();

  store(answer: Answer): void {
    for (const { name, value, attributes } of setCookies(answer)) {
      if (attributes.get('max-age') === '0') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  get(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  set(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  delete(name: string): void {
    this.#cookies.delete(name);
  }

  /** The `Cookie` field, or nothing when the jar is empty. */
  toHeaders(): Record<string, string> {
    if (this.#cookies.size === 0) return {};
    return { Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  clone(): Jar {
    const copy = new Jar();
    for (const [name, value] of this.#cookies) copy.set(name, value);
    return copy;
  }
}

function parsePair(pair: string): { name: string; value: string } {
  const at = pair.indexOf('=');
  return at < 0 ? { name: pair, value: '' } : { name: pair.slice(0, at), value: pair.slice(at + 1) };
}
