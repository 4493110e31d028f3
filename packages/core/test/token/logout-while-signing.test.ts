import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { cookie, createHarness, sent, sessionJson, until } from '../harness.ts';

const fields = ['Host', 'localhost:4000', 'Cookie', cookie];

describe('a logout while a token is being made', () => {
  it('C19: leaves neither entry nor token behind', async () => {
    const finish: (() => void)[] = [];
    const harness = await createHarness({ cacheTtl: '60s', claims: () => new Promise((resolve) => { finish.push(() => resolve({})); }) });
    const early = harness.send({ fields });
    await until(() => finish.length === 1); // whoami was answered, the token is not there yet
    await harness.ask({ target: '/.ory/self-service/logout?token=x', fields });
    finish[0]?.();
    await until(() => early.sink.ended);

    harness.whoami = { status: 200, fields: [], body: sessionJson() }; // the same bytes: what was kept with them would be found again
    const late = harness.send({ fields });
    await until(() => finish.length === 2);
    finish[1]?.();
    await until(() => late.sink.ended);
    const [first, second] = harness.atApp().map((request) => decodeJwt(sent(request, 'authorization')[0]?.slice('Bearer '.length) ?? '').jti);
    expect(first).not.toBe(second);
    expect(harness.atOry().filter(({ request }) => request.target === '/sessions/whoami')).toHaveLength(2);
  });
});
