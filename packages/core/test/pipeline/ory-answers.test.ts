import { describe, expect, it } from 'vitest';
import { OryProxyError, type DecoderOutput } from '../../src/index.ts';
import { answer } from '../fakes.ts';
import { createHarness } from '../harness.ts';

describe('an answer of Ory that breaks off here', () => {
  it('B7: lets go of Ory when its body cannot be decoded, although the client has stopped to read', async () => {
    const harness = await createHarness();
    let output: DecoderOutput | undefined;
    Object.assign(harness.ports, {
      decoder: (_coding: string, given: DecoderOutput) => {
        output = given;
        return { write() {}, end() {}, destroy() {} };
      },
    });
    harness.ports.transport.onDispatch = ({ sink }) => { sink.head({ status: 200, reason: 'OK', fields: ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'] }); };
    const { sink, exchange } = harness.send({ target: '/.ory/sessions' });
    exchange.pause();
    output?.fail(new OryProxyError('upstream_invalid', 'cannot be decoded'));
    expect([sink.error, harness.atOry()[0]?.aborted]).toEqual([expect.objectContaining({ code: 'upstream_invalid' }), true]);
  });

  it('lets go of an emulator under a public name', async () => {
    const harness = await createHarness({ publicUrl: 'https://app.example.com' });
    harness.ports.transport.onDispatch = () => { /* answers later */ };
    const { sink } = harness.send({ authority: 'app.example.com', target: '/.ory/sessions' });
    const [asked] = harness.atOry();
    asked?.sink.head({ status: 200, reason: 'OK', fields: ['X-Ory-Emulator', '1'] });
    asked?.sink.data(new TextEncoder().encode('theirs'));
    expect([sink.status, sink.ended, sink.text.includes('theirs'), asked?.aborted]).toEqual([502, true, false, true]);
  });
});

it('X7: tells a page of an allowed origin that the admin API is refused', async () => {
  const harness = await createHarness({ allowedCorsOrigins: ['https://spa.example'] });
  const sink = await harness.ask({ target: '/.ory/admin/identities', fields: ['Host', 'localhost:4000', 'Origin', 'https://spa.example'] });
  expect([sink.status, sink.values('access-control-allow-origin'), sink.values('access-control-allow-credentials'), sink.values('vary')]).toEqual([403, ['https://spa.example'], ['true'], ['Origin']]);
  expect(harness.atOry()).toEqual([]);
});

it.each([
  ['/.ory/userinfo?x', '{"iss":"http://ory.test:4433/","picture":"http://localhost:4000/.ory/x"}'],
  ['/.ory/.well-known/openid-configuration', '{"iss":"http://localhost:4000/.ory/","picture":"http://localhost:4000/.ory/x"}'],
])('B16: leaves the issuer where a client compares it with that of its ID token: %s', async (target, expected) => {
  const harness = await createHarness();
  harness.ports.transport.onDispatch = (asked) => { answer(asked, 200, ['Content-Type', 'application/json'], '{"iss":"http://ory.test:4433/","picture":"http://ory.test:4433/x"}'); };
  expect((await harness.ask({ target })).text).toBe(expected);
});
