import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { asJson, Browser } from '../../contract/browser.ts';
import { expectError } from '../../contract/expectations.ts';
import { field } from '../../contract/http.ts';
import { createIdentity } from '../../contract/identities.ts';
import { json, readText } from '../../contract/json.ts';
import { logInNative, whoamiWith } from '../../contract/native.ts';
import { openTarget } from '../../contract/target.ts';

it('kratos-S10: the list has the other sessions', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const alone = await browser.get('/sessions');
  expect(alone.status).toBe(200);
  expect(json(alone)).toEqual([]);
  expect(field(alone, 'X-Total-Count')).toBe('0');
  const { sessionId } = await logInNative(target, identity);
  const listed = await browser.get('/sessions');
  expect(listed.status).toBe(200);
  expect(json(listed)).toMatchObject([{ id: sessionId, active: true }]);
});

it('kratos-S11: all others are revoked at once', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const { headers } = await logInNative(target, identity);
  const browser = new Browser(target);
  await browser.logIn(identity);
  const answer = await browser.delete('/sessions');
  expect(answer.status).toBe(200);
  expect(json(answer)).toEqual({ count: 1 });
  expectError(await whoamiWith(target, headers), 401);
  expect((await browser.whoami()).status).toBe(200);
});

it('kratos-S12: one is revoked by id, but never the own', async () => {
  await using target = await openTarget('a');
  const identity = await createIdentity(target);
  const { sessionId, headers } = await logInNative(target, identity);
  const browser = new Browser(target);
  await browser.logIn(identity);
  expect((await browser.delete(`/sessions/${sessionId}`)).status).toBe(204);
  expect((await browser.delete(`/sessions/${readText(json(await browser.whoami()), 'id')}`)).status).toBe(400);
  expect((await browser.delete(`/sessions/${randomUUID()}`)).status).toBe(204);
  expect((await browser.delete('/sessions/x')).status).toBe(400);
  expectError(await whoamiWith(target, headers), 401);
  expect((await browser.whoami()).status).toBe(200);
});

it('kratos-S13: without a session there is nothing to list or revoke', async () => {
  await using target = await openTarget('a');
  expectError(await target.call({ path: '/sessions', headers: asJson }), 401);
  expectError(await target.call({ method: 'DELETE', path: '/sessions', headers: asJson }), 401);
});
