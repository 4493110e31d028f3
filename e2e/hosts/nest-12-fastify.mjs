import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serveNest } from './nest-app.mjs';

serveNest(() => {
  const adapter = new FastifyAdapter({ forceCloseConnections: true });
  // Fastify refuses content types that nobody parses; the app wants to see every body.
  adapter.getInstance().addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body); });
  return adapter;
}, '*');
