import fc from 'fast-check';
import type { Credential, Reference, Session } from './reference.ts';

/** What a command picks, before it is known what there is: numbers count modulo. */
export interface CredentialChoice {
  readonly session: number;
  readonly way: 'cookie' | 'older cookie' | 'header' | 'bearer' | 'cookie and header' | 'cookie and bearer' | 'two cookies';
  /** The second part is of another session, else of the same. */
  readonly other: number | undefined;
}

/** Mostly the same few, so that things meet. */
const sessions = fc.oneof({ weight: 2, arbitrary: fc.nat({ max: 1 }) }, fc.nat({ max: 11 }));
export const anyNumber: fc.Arbitrary<number> = sessions;

/** Whatever a request can bring. */
export const anyCredential: fc.Arbitrary<CredentialChoice> = fc.record({
  session: sessions,
  way: fc.constantFrom('cookie', 'older cookie', 'header', 'bearer', 'cookie and header', 'cookie and bearer', 'two cookies'),
  other: fc.option(sessions, { nil: undefined, freq: 2 }),
});

/** What one client brings that acts for its own session. */
export const ownCredential: fc.Arbitrary<CredentialChoice> = fc.record({
  session: sessions, way: fc.constantFrom('cookie', 'header', 'bearer'), other: fc.constant(undefined),
});

export function pick<T>(list: readonly T[], number: number): T {
  const picked = list[number % list.length];
  if (picked === undefined) throw new Error('there is nothing to pick from');
  return picked;
}

/** Each session by everything that proves it alone. */
export function everyCredential(reference: Reference): Credential[] {
  return reference.sessions.flatMap(({ cookies, token }) => [
    ...cookies.map((cookie) => ({ cookies: [cookie], sessionToken: undefined, bearer: undefined })),
    ...(token === undefined ? [] : [{ cookies: [], sessionToken: token, bearer: undefined }, { cookies: [], sessionToken: undefined, bearer: token }]),
  ]);
}

/** The credential meant, as far as its session can be proved that way: a browser has no token, a native client no cookie. */
export function toCredential(reference: Reference, { session: number, way, other }: CredentialChoice): Credential {
  const session = pick(reference.sessions, number);
  const second = other === undefined ? session : pick(reference.sessions, other);
  const cookies = (of: Session): string[] => of.cookies.slice(-1);
  const alone: Credential = { cookies: cookies(session), sessionToken: session.cookies.length === 0 ? session.token : undefined, bearer: undefined };
  switch (way) {
    case 'cookie': return alone;
    case 'older cookie': return { ...alone, cookies: session.cookies.slice(0, 1) };
    case 'header': return session.token === undefined ? alone : { cookies: [], sessionToken: session.token, bearer: undefined };
    case 'bearer': return session.token === undefined ? alone : { cookies: [], sessionToken: undefined, bearer: session.token };
    case 'cookie and header': return { cookies: cookies(session), sessionToken: second.token ?? alone.sessionToken, bearer: undefined };
    case 'cookie and bearer': return { cookies: cookies(session), sessionToken: undefined, bearer: second.token ?? session.token };
    case 'two cookies': return second.cookies.length === 0 ? alone : { ...alone, cookies: [...session.cookies.slice(0, 1), ...cookies(second)] };
  }
}
