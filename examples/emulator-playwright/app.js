// An app that leaves who is calling to the proxy in front of it.
import { createServer } from 'node:http';

export function createApp() {
  return createServer((req, res) => {
    const [, claims] = req.headers.authorization?.split('.') ?? [];
    const email = claims && JSON.parse(Buffer.from(claims, 'base64url')).session.identity.traits.email;
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end(`<!doctype html><title>Shop</title><h1>${email ? `Orders of ${email}` : 'Shop'}</h1><a href="/.ory/proxy/login?return_to=/orders">Log in</a>`);
  });
}
