// An app that knows its callers by the token alone: no session of its own, no Ory SDK, no question to anybody per request.
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const keys = createRemoteJWKSet(new URL(process.env.JWKS_URL ?? 'http://localhost:4000/.ory/jwks.json'));

async function readCaller({ authorization = '' }) {
  if (!authorization.startsWith('Bearer ')) return undefined;
  const { payload } = await jwtVerify(authorization.slice('Bearer '.length), keys, { algorithms: ['ES256'], audience: 'notes' });
  return payload;
}

const notes = new Map();

const server = createServer(async (req, res) => {
  const caller = await readCaller(req.headers).catch(() => undefined);
  const answer = (status, body) => { res.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`); };
  if (req.url === '/healthz') return answer(200, { ok: true });
  // The proxy lets nobody through to /notes without a session; who reaches this port past it is refused here.
  if (caller === undefined) return answer(401, { error: 'log in first' });
  if (req.method === 'POST') notes.set(caller.sub, [...notes.get(caller.sub) ?? [], await readText(req)]);
  answer(200, { of: caller.session.identity.traits.email, notes: notes.get(caller.sub) ?? [] });
});
server.listen(3000);

async function readText(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
