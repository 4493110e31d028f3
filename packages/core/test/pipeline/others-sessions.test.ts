import { describe, expect, it } from 'vitest';
import { answer } from '../fakes.ts';
import { createHarness, until, type Harness } from '../harness.ts';

const [A, B] = ['AAA', 'BBB'].map((value) => ['Host', 'localhost:4000', 'Cookie', `ory_kratos_session=${value}`]);

/** B's session is known; then A ends the others of its identity, while Ory does not say who A is. */
async function endOthers(status: number): Promise<Harness> {
  const harness = await createHarness({ cacheTtl: '60s' });
  await harness.ask({ fields: B ?? [] });
  const { onDispatch } = harness.ports.transport;
  harness.ports.transport.onDispatch = (dispatched) => {
    if (dispatched.request.upstream.name === 'app') onDispatch(dispatched);
    else if (dispatched.request.target === '/sessions/whoami') answer(dispatched, 500);
    else answer(dispatched, status);
  };
  const sink = await harness.ask({ method: 'DELETE', target: '/.ory/sessions', fields: A ?? [] });
  expect(sink.status).toBe(status);
  harness.ports.transport.onDispatch = onDispatch;
  return harness;
}

describe('DELETE /sessions while Ory does not say whose', () => {
  it('leaves nobody authenticated from memory when Ory has done it', async () => {
    const harness = await endOthers(204);
    const before = harness.atOry().length;
    await harness.ask({ fields: B ?? [] });
    expect(harness.atOry()).toHaveLength(before + 1);
  });

  it('costs nobody anything when Ory has not', async () => {
    for (const status of [401, 403, 503]) {
      const harness = await endOthers(status);
      const before = harness.atOry().length;
      const { sink } = harness.send({ fields: B ?? [] });
      await until(() => sink.ended);
      expect(harness.atOry()).toHaveLength(before);
    }
  });
});

describe('DELETE /sessions/<id>', () => {
  it.each(['*', '%2A', '/', '%2F', 'every', 'session-b'])('by a stranger for "%s" costs nobody a question to Ory', async (id) => {
    const harness = await createHarness({ cacheTtl: '60s' });
    await harness.ask({ fields: B ?? [] });
    harness.whoami = { status: 401, fields: [], body: '' };
    await harness.ask({ method: 'DELETE', target: `/.ory/sessions/${id}`, fields: A ?? [] });
    expect(harness.events.filter(({ type }) => type === 'invalidation')).toEqual([]);
    const before = harness.atOry().length;
    await harness.ask({ fields: B ?? [] });
    expect(harness.atOry()).toHaveLength(before);
  });
});
