// A Fastify app that knows its callers by the token alone.
import { createVerifier, VerifyError } from '@ory-proxy/verify';
import Fastify from 'fastify';

const verifier = createVerifier({
  jwks: process.env.JWKS_URL ?? 'http://localhost:4000/.ory/jwks.json',
  issuer: process.env.ISSUER ?? 'http://localhost:4433',
  audience: 'notes',
});

const app = Fastify();
app.decorateRequest('caller', null);
app.get('/healthz', () => ({ ok: true }));

/** In here nobody passes without a token of the proxy, also past the proxy. */
app.register(async (members) => {
  members.addHook('onRequest', async (request) => { request.caller = await verifier.verify(request.headers.authorization); });
  members.setErrorHandler((error, request, reply) => {
    if (!(error instanceof VerifyError)) throw error;
    return reply.code(error.status).send({ error: error.code });
  });
  members.get('/me', ({ caller }) => ({ subject: caller.sub, email: caller.session.identity.traits.email }));
});

await app.listen({ port: Number(process.env.PORT ?? 3000), host: 'localhost' });
console.log(`listening on http://localhost:${app.server.address().port}`);
