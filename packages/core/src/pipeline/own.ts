import { readField } from '../http/fields.ts';
import { createRedirect } from '../http/redirect.ts';
import { readReturnTo } from '../http/return-to.ts';
import type { Fields } from '../message.ts';
import { jwksMaxAge, type CurrentKeys } from '../token/key-ring.ts';
import type { SigningKeys } from '../token/signing-keys.ts';
import type { Admitted, EngineContext } from './context.ts';
import type { ClientExchange } from './exchange.ts';
import { handleLogout } from './logout.ts';

const encoder = new TextEncoder();
const emptyBody = new Uint8Array();
const noKeys = { publicJwks: '{"keys":[]}', etag: '"none"' };
const flows: ReadonlySet<string> = new Set(['login', 'registration', 'settings']);

/** Load balancers and verifiers ask by address; what they get is public anyway. */
const underAnyName: ReadonlySet<string> = new Set(['jwks.json', 'health/alive', 'health/ready']);

export function isAnsweredUnderAnyName(endpoint: string): boolean {
  return underAnyName.has(endpoint);
}

/** The proxy's own pages, below `/.ory/proxy/`. */
export interface OwnEndpoints {
  /** JWKS and health. */
  answer(exchange: ClientExchange, endpoint: string): void;
  /** Links for server-rendered apps: `login`, `registration`, `settings`, `logout`; anything else is unknown. */
  handle(admitted: Admitted, endpoint: string): void;
  setDraining(): void;
}

export function createOwnEndpoints(context: EngineContext, keys: CurrentKeys | undefined): OwnEndpoints {
  let draining = false;

  return {
    answer(exchange, endpoint) {
      exchange.route = 'own';
      if (!exchange.allow(['GET', 'HEAD'])) return;
      if (endpoint === 'jwks.json') return answerJwks(exchange, keys?.current);
      if (endpoint === 'health/ready' && draining) return exchange.refuse('draining', { fields: ['Retry-After', '1'] });
      answerJson(exchange, encoder.encode('{"status":"ok"}'), ['Cache-Control', 'no-store']);
    },
    handle(admitted, endpoint) {
      const { exchange } = admitted;
      exchange.route = 'own';
      if (endpoint === 'logout') return handleLogout(context, admitted);
      if (!flows.has(endpoint)) return exchange.refuse('not_found');
      if (!exchange.allow(['GET', 'HEAD'])) return;
      const { origin } = admitted.public;
      const returnTo = readReturnTo(admitted.verdict.query, origin, context.options.allowedReturnUrls) ?? `${origin}/`;
      const location = `${origin}${context.options.prefix}/self-service/${endpoint}/browser?return_to=${encodeURIComponent(returnTo)}`;
      exchange.respond(createRedirect(303, location, ['X-Request-Id', exchange.requestId]), emptyBody);
    },
    setDraining: () => { draining = true; },
  };
}

function answerJwks(exchange: ClientExchange, { publicJwks, etag }: Pick<SigningKeys, 'publicJwks' | 'etag'> = noKeys): void {
  // Any origin may read public keys; no credentials are involved.
  const fields = ['Cache-Control', `public, max-age=${jwksMaxAge / 1_000}`, 'ETag', etag, 'Access-Control-Allow-Origin', '*'];
  const known = readField(exchange.request.fields, 'if-none-match');
  if (known !== undefined && known.split(',').some((tag) => tag.trim() === etag || tag.trim() === '*' || tag.trim() === `W/${etag}`))
    return exchange.respond({ status: 304, reason: 'Not Modified', fields: [...fields, 'X-Request-Id', exchange.requestId] }, emptyBody);
  answerJson(exchange, encoder.encode(publicJwks), fields);
}

function answerJson(exchange: ClientExchange, body: Uint8Array, fields: Fields): void {
  exchange.respond({
    status: 200, reason: 'OK',
    fields: ['Content-Type', 'application/json', 'Content-Length', String(body.length), 'X-Content-Type-Options', 'nosniff', ...fields, 'X-Request-Id', exchange.requestId],
  }, body);
}
