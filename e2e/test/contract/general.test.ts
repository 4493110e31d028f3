import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { asJson } from '../../contract/browser.ts';
import { setCookies } from '../../contract/cookies.ts';
import { expectCsrfCookie, expectError, expectNoCookies } from '../../contract/expectations.ts';
import { field, fields } from '../../contract/http.ts';
import { json, read } from '../../contract/json.ts';
import { openTarget } from '../../contract/target.ts';

it('kratos-G1: health is plain and knows no cookies', async () => {
  await using target = await openTarget('a');
  for (const path of ['/health/alive', '/health/ready']) {
    const answer = await target.call({ path });
    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual({ status: 'ok' });
    expectNoCookies(answer);
    expect(fields(answer, 'Vary')).toEqual([]);
  }
});

it('kratos-G2: the version is not on the public port', async () => {
  await using target = await openTarget('a');
  expect((await target.call({ path: '/version' })).status).toBe(404);
});

it('kratos-G3: an unknown path is a text, and gets a csrf cookie', async () => {
  await using target = await openTarget('a');
  const answer = await target.call({ path: '/nope' });
  expect(answer.status).toBe(404);
  expect(field(answer, 'Content-Type')).toMatch(/^text\/plain/u);
  expect(answer.body).toMatch(/^404 page not found/u);
  expectCsrfCookie(setCookies(answer)[0], target);
});

it('kratos-G4: a POST to an unknown path needs a csrf token', async () => {
  await using target = await openTarget('a');
  expectError(await target.call({ method: 'POST', path: '/nope', headers: asJson }), 403, 'security_csrf_violation');
});

it('kratos-G5: a schema is found by its id, plain or in base64url', async () => {
  await using target = await openTarget('a');
  const plain = await target.call({ path: '/schemas/default' });
  const encoded = await target.call({ path: '/schemas/ZGVmYXVsdA' });
  expect([plain.status, encoded.status]).toEqual([200, 200]);
  expect(plain.body).toBe(encoded.body);
  expect(json(plain)).toMatchObject({ properties: { traits: { properties: { email: { format: 'email' } } } } });
  expectNoCookies(plain);
  expectNoCookies(encoded);
});

it('kratos-G6: the schemas are listed', async () => {
  await using target = await openTarget('a');
  const answer = await target.call({ path: '/schemas' });
  expect(answer.status).toBe(200);
  expect(json(answer)).toMatchObject([{ id: 'default', schema: { properties: expect.anything() as unknown } }]);
});

it('kratos-G7: an unknown schema is not found', async () => {
  await using target = await openTarget('a');
  const answer = await target.call({ path: '/schemas/nope' });
  expect(answer.status).toBe(404);
  expect(read(json(answer), 'error', 'code')).toBe(404);
});

it('kratos-G8: errors are read by id, one of them a stub', async () => {
  await using target = await openTarget('a');
  const stub = await target.call({ path: '/self-service/errors?id=stub:500' });
  expect(stub.status).toBe(200);
  expect(json(stub)).toMatchObject({ error: { code: 500 } });
  expect((await target.call({ path: `/self-service/errors?id=${randomUUID()}` })).status).toBe(404);
});

it('kratos-G9: the wrong method on a path without csrf protection is refused as such', async () => {
  await using target = await openTarget('a');
  const answer = await target.call({ method: 'POST', path: '/self-service/login/api' });
  expect(answer.status).toBe(405);
  expect(field(answer, 'Allow')).toContain('GET');
});
