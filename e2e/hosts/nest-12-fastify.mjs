import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serveNest } from './nest-app.mjs';

serveNest(({ graceful }) => {
  const adapter = new FastifyAdapter({ forceCloseConnections: graceful !== true });
  // Fastify refuses content types that nobody parses; the app wants to see every body.
  adapter.getInstance().addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body); });
  return adapter;
}, '*');
