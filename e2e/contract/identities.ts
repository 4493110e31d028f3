import { randomBytes } from 'node:crypto';
import { field, type Answer } from './http.ts';
import { json, readText } from './json.ts';
import type { Target } from './target.ts';

export interface Identity {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

export function createEmail(): string {
  return `contract-${randomBytes(8).toString('hex')}@example.org`;
}

export function createPassword(): string {
  return `pw-${randomBytes(12).toString('hex')}`;
}

export async function createIdentity(target: Target, given: Partial<Omit<Identity, 'id'>> = {}): Promise<Identity> {
  const { email = createEmail(), password = createPassword() } = given;
  const answer = await target.callAdmin({
    method: 'POST',
    path: '/admin/identities',
    headers: jsonFields,
    body: JSON.stringify({ schema_id: 'default', traits: { email }, credentials: { password: { config: { password } } } }),
  });
  expectStatus(answer, 201);
  return { id: readText(json(answer), 'id'), email, password };
}

export async function setState(target: Target, identityId: string, state: 'active' | 'inactive'): Promise<void> {
  const body = JSON.stringify([{ op: 'replace', path: '/state', value: state }]);
  expectStatus(await target.callAdmin({ method: 'PATCH', path: `/admin/identities/${identityId}`, headers: jsonFields, body }), 200);
}

export async function revokeSession(target: Target, sessionId: string): Promise<void> {
  expectStatus(await target.callAdmin({ method: 'DELETE', path: `/admin/sessions/${sessionId}` }), 204);
}

export async function extendSession(target: Target, sessionId: string): Promise<void> {
  expectStatus(await target.callAdmin({ method: 'PATCH', path: `/admin/sessions/${sessionId}/extend` }), 200);
}

const jsonFields = { Accept: 'application/json', 'Content-Type': 'application/json' };

/** @throws Error when a step that only sets the scene fails. */
export function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`${status} expected, ${answer.status} ${field(answer, 'Location') ?? ''} ${answer.body} received`);
}
