import type { Settings } from '../config/settings.ts';
import { toEmptyReply, type Reply, type ReplyHeader } from './reply.ts';
import type { OryRequest } from './request.ts';

/** The answer to a preflight request, or `undefined` for a request that is none. */
export function answerPreflight(cors: Settings['cors'], request: OryRequest): Reply | undefined {
  const wantedMethod = request.header('access-control-request-method');
  if (request.method !== 'OPTIONS' || !wantedMethod) return undefined;
  const vary: ReplyHeader = ['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'];
  const origin = request.header('origin');
  const wantedHeaders = request.header('access-control-request-headers');
  const isAllowed =
    isAllowedOrigin(cors, origin) &&
    (cors.methods.includes(wantedMethod) || wantedMethod === 'HEAD') &&
    wantedHeaders
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .every((name) => name === '' || cors.headers.some((header) => header === '*' || header.toLowerCase() === name));
  if (!isAllowed) return toEmptyReply(204, [vary]);
  return toEmptyReply(204, [
    ['Access-Control-Allow-Credentials', 'true'],
    ...(wantedHeaders ? [['Access-Control-Allow-Headers', wantedHeaders] as const] : []),
    ['Access-Control-Allow-Methods', wantedMethod],
    ['Access-Control-Allow-Origin', origin],
    vary,
  ]);
}

/** The fields that CORS adds to an answer. `Vary: Origin` is a field of its own, before `Vary: Cookie`. */
export function toCorsHeaders(cors: Settings['cors'], request: OryRequest): readonly ReplyHeader[] {
  const vary: ReplyHeader = ['Vary', 'Origin'];
  const origin = request.header('origin');
  if (!isAllowedOrigin(cors, origin)) return [vary];
  return [
    ['Access-Control-Allow-Credentials', 'true'],
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Expose-Headers', cors.exposed.join(', ')],
    vary,
  ];
}

function isAllowedOrigin(cors: Settings['cors'], origin: string): boolean {
  return (
    origin !== '' &&
    cors.origins.some((pattern) => {
      const [start = '', end] = pattern.toLowerCase().split('*', 2);
      const tested = origin.toLowerCase();
      return end === undefined ? tested === start : tested.length >= start.length + end.length && tested.startsWith(start) && tested.endsWith(end);
    })
  );
}
