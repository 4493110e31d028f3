// A Hono app that knows its callers by the token alone.
import { serve } from '@hono/node-server';
import { createVerifier, VerifyError } from '@ory-proxy/verify';
import { Hono } from 'hono';

const verifier = createVerifier({
  jwks: process.env.JWKS_URL ?? 'http://localhost:4000/.ory/jwks.json',
  issuer: process.env.ISSUER ?? 'http://localhost:4433',
  audience: 'notes',
});

/** Nobody passes without a token of the proxy, also past the proxy. */
async function requireCaller(c, next) {
  c.set('caller', await verifier.verify(c.req.header('authorization')));
  await next();
}

const app = new Hono();
app.get('/healthz', (c) => c.json({ ok: true }));
app.get('/me', requireCaller, (c) => {
  const caller = c.get('caller');
  return c.json({ subject: caller.sub, email: caller.session.identity.traits.email });
});
app.onError((error, c) => {
  if (!(error instanceof VerifyError)) throw error;
  return c.json({ error: error.code }, error.status);
});

serve({ fetch: app.fetch, hostname: 'localhost', port: Number(process.env.PORT ?? 3000) }, ({ port }) => { console.log(`listening on http://localhost:${port}`); });
