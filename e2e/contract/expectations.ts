import { expect } from 'vitest';
import { readNode } from './browser.ts';
import { setCookies, type SetCookie } from './cookies.ts';
import { padOf, unmask } from './csrf.ts';
import { field, fields, type Answer } from './http.ts';
import { json, read, readList } from './json.ts';
import type { Target } from './target.ts';

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;
export const noStore = 'private, no-cache, no-store, must-revalidate';

/** An error in Kratos' envelope; `id` is what `error.id` and `Ory-Error-Id` say, absent and empty when there is none. */
export function expectError(answer: Answer, status: number, id?: string): void {
  expect({ status: answer.status, body: json(answer) }).toMatchObject({ status, body: { error: { code: status } } });
  expect(read(json(answer), 'error', 'id')).toBe(id);
  expect(fields(answer, 'Ory-Error-Id')).toEqual([id ?? '']);
}

/** A flow that was refused: 400, with these messages on top. */
export function expectRefusedFlow(answer: Answer, ...messageIds: readonly number[]): void {
  expect({ status: answer.status, messages: readMessageIds(json(answer)) }).toEqual({ status: 400, messages: messageIds });
}

/** A redirect; returns where to. */
export function expectRedirect(answer: Answer, status: number, location: string | RegExp): string {
  expect(answer.status).toBe(status);
  const received = field(answer, 'Location') ?? '';
  if (typeof location === 'string') expect(received).toBe(location);
  else expect(received).toMatch(location);
  return received;
}

export function expectCsrfCookie(cookie: SetCookie | undefined, target: Target): void {
  expect(cookie?.name).toBe(target.csrfCookieName);
  expect(Buffer.from(cookie?.value ?? '', 'base64')).toHaveLength(32);
  expect(Object.fromEntries(cookie?.attributes ?? [])).toEqual({ path: '/', 'max-age': '31536000', httponly: '', samesite: 'Lax' });
}

export function expectSessionCookie(cookie: SetCookie | undefined, target: Target, maxAge: number): void {
  expect(cookie?.name).toBe(target.sessionCookieName);
  expect(cookie?.value).not.toBe('');
  expect([...(cookie?.attributes.keys() ?? [])].toSorted()).toEqual(['expires', 'httponly', 'max-age', 'path', 'samesite']);
  expect(cookie?.attributes.get('path')).toBe('/');
  expect(cookie?.attributes.get('samesite')).toBe('Lax');
  expect(Math.abs(Number(cookie?.attributes.get('max-age')) - maxAge)).toBeLessThanOrEqual(2);
}

export function expectNoCookies(answer: Answer): void {
  expect(setCookies(answer)).toEqual([]);
}

/** The form's token stands for the cookie, and does not show it. */
export function expectMasked(token: string, cookie: string): void {
  expect(token).toHaveLength(88);
  expect(Buffer.from(padOf(token)).equals(Buffer.alloc(32))).toBe(false);
  expect(unmask(token)).toBe(cookie);
}

export function readMessageIds(flow: unknown): unknown[] {
  return read(flow, 'ui', 'messages') === undefined ? [] : readList(flow, 'ui', 'messages').map((message) => read(message, 'id'));
}

export function readNodeMessages(flow: unknown, name: string): readonly unknown[] {
  return readList(readNode(flow, name), 'messages');
}

/** The query of a URL. */
export function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}
