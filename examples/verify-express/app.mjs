// An Express app that knows its callers by the token alone.
import { createVerifier, VerifyError } from '@ory-proxy/verify';
import express from 'express';

const verifier = createVerifier({
  jwks: process.env.JWKS_URL ?? 'http://localhost:4000/.ory/jwks.json',
  issuer: process.env.ISSUER ?? 'http://localhost:4433',
  audience: 'notes',
});

/** Nobody passes without a token of the proxy, also past the proxy. */
async function requireCaller(req, res, next) {
  try {
    req.caller = await verifier.verify(req.headers.authorization);
    next();
  } catch (error) {
    if (!(error instanceof VerifyError)) return next(error);
    res.status(error.status).json({ error: error.code });
  }
}

const app = express();
app.get('/healthz', (req, res) => { res.json({ ok: true }); });
app.get('/me', requireCaller, (req, res) => { res.json({ subject: req.caller.sub, email: req.caller.session.identity.traits.email }); });

const server = app.listen(Number(process.env.PORT ?? 3000), () => { console.log(`listening on http://localhost:${server.address().port}`); });
