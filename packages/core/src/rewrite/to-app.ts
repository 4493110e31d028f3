import type { PublicOrigin } from '../http/public-origin.ts';
import type { Fields, ProxyRequest } from '../message.ts';
import type { Upstream } from '../ports.ts';
import { isAuthorization } from '../options/field-name.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { createFieldTable, keep, remove, rowsOf, type FieldEdit, type FieldRows } from './field-table.ts';
import { addForwarded, forwardedChain, forwardedRows } from './forwarded.ts';
import { hopByHopNames, hopByHopRows, removeNominated, type Hop } from './hop-by-hop.ts';
import { isSessionBearer, removeSessionCookies } from './session-credentials.ts';
import { createViaPass } from './via.ts';

/** What was decided about a request before it goes to the app. */
export interface ToAppContext {
  readonly requestId: string;
  readonly public: PublicOrigin;
  /** `set`: ours in place of the client's; `remove`: none; `pass`: the client's own, which is the app's affair. */
  readonly authorization: { readonly action: 'set'; readonly token: string } | { readonly action: 'remove' } | { readonly action: 'pass' };
  /** What plain fields say about the session. */
  readonly identity: Fields;
  /** Ory did not say who it is: the app is told by `Ory-Proxy-Session`. */
  readonly unavailable: boolean;
  /** Its method has decided about the request: the app must not take it for one of another method. */
  readonly methodsMatter: boolean;
  /** `undefined` for an app in this process. */
  readonly upstream: Upstream | undefined;
}

export interface AppRequestPasses {
  /** For an app behind the network: the transport frames the message and adds the fields of an upgrade. */
  forUpstream(request: ProxyRequest, context: ToAppContext): Fields;
  /** For an app in this process: framing and connection fields stay, since the host reads the body. */
  forHost(request: ProxyRequest, context: ToAppContext): Fields;
}

interface Call extends Hop {
  readonly authorization: ToAppContext['authorization'];
  readonly isTrusted: boolean;
  readonly upstream: Upstream | undefined;
}

/** Fields that frame a message, or were answered here (`Expect`). */
const framingNames: readonly string[] = ['content-length', 'expect'];

/** Fields by which a request says what other frameworks may take for its target or method, or what only we may say. */
const foreignNames: readonly string[] = [
  'ory-*', 'x-ory-proxy-*', 'x-ory-base-url-rewrite*', 'x-request-id', 'x-original-url', 'x-original-uri', 'x-original-host', 'x-rewrite-url',
];
const methodNames: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/** Compiles the changes that every request for the app undergoes. */
export function createAppRequestPasses(options: ResolvedOptions, isTrusted: (address: string) => boolean): AppRequestPasses {
  const rows: FieldRows<Call> = {
    ...rowsOf(options.identityHeaders.map(({ name }) => name.toLowerCase()), remove),
    [options.tokenHeader.toLowerCase()]: remove,
    authorization: editAuthorization(options),
    ...rowsOf(foreignNames, remove),
    ...forwardedRows,
    ...(options.stripSessionCredentials ? sessionRows(options) : {}),
  };
  const hostOf = createHostReader();
  const editForUpstream = createFieldTable<Call>({
    ...rows,
    ...hopByHopRows,
    ...rowsOf(framingNames, remove),
    host: options.rewriteHost ? (_value, { upstream }) => hostOf(upstream?.origin ?? '') : keep,
  }, { foldsUnderscores: true });
  // `Trailer` says nothing that a host needs, and a host that sends the request on may die of it: Node refuses one beside Content-Length.
  const editForHost = createFieldTable<Call>({ ...rows, ...rowsOf([...hopByHopNames, ...framingNames], keep), trailer: remove }, { foldsUnderscores: true });
  const removeMethods = createFieldTable(rowsOf<undefined>(methodNames, remove), { foldsUnderscores: true });
  const readFields = ({ fields }: ProxyRequest, { methodsMatter }: ToAppContext): Fields => (methodsMatter ? removeMethods(fields, undefined) : fields);
  const addVia = createViaPass(options);
  const addOurs = createOwnPass(options);
  const begin = (request: ProxyRequest, { authorization, upstream }: ToAppContext): Call =>
    ({ authorization, upstream, isTrusted: options.trustProxy.length > 0 && isTrusted(request.remoteAddress), nominated: undefined });

  return Object.freeze({
    forUpstream(request: ProxyRequest, context: ToAppContext): Fields {
      const call = begin(request, context);
      const fields = removeNominated(editForUpstream(readFields(request, context), call), call);
      if (!hasHost(fields)) fields.unshift('Host', options.rewriteHost ? hostOf(context.upstream?.origin ?? '') : request.authority);
      addOurs(fields, context, forwardedChain(request, call.isTrusted));
      addVia(fields, request);
      return fields;
    },
    forHost(request: ProxyRequest, context: ToAppContext): Fields {
      const call = begin(request, context);
      const fields = editForHost(readFields(request, context), call);
      addOurs(fields, context, forwardedChain(request, call.isTrusted));
      return fields;
    },
  });
}

/** Makes the function that tells what an app at an origin calls itself; behind a Unix socket it has no name. Each of the few is parsed once. */
function createHostReader(): (origin: string) => string {
  const known = new Map<string, string>();
  return (origin) => {
    let host = known.get(origin);
    if (host === undefined) {
      host = /^https?:/.test(origin) ? new URL(origin).host : 'localhost';
      known.set(origin, host);
    }
    return host;
  };
}

/** Makes the pass that appends what only we say, now that nobody else says it. */
function createOwnPass({ tokenHeader }: ResolvedOptions): (fields: string[], context: ToAppContext, forwardedFor: string) => void {
  const scheme = isAuthorization(tokenHeader) ? 'Bearer ' : '';
  return (fields, { authorization, identity, unavailable, requestId, public: publicOrigin }, forwardedFor) => {
    if (authorization.action === 'set') fields.push(tokenHeader, scheme + authorization.token);
    for (let i = 0; i < identity.length; i++) fields.push(identity[i] ?? '');
    if (unavailable) fields.push('Ory-Proxy-Session', 'unavailable');
    addForwarded(fields, publicOrigin, forwardedFor);
    fields.push('X-Request-Id', requestId);
  };
}

/** The credential that the app sees is ours alone, unless the request's is declared the app's affair or ours has another field. */
function editAuthorization({ stripSessionCredentials, sessionTokenPrefix, tokenHeader }: ResolvedOptions): FieldEdit<Call> {
  const isOurs = isAuthorization(tokenHeader);
  return (value, { authorization }) => {
    const isPassed = authorization.action === 'pass';
    if (isOurs && !isPassed) return undefined;
    return (stripSessionCredentials || !isPassed) && isSessionBearer(value, sessionTokenPrefix) ? undefined : value;
  };
}

function sessionRows({ sessionCookies, sessionTokenPrefix }: ResolvedOptions): FieldRows<Call> {
  return {
    cookie: (value) => removeSessionCookies(value, sessionCookies),
    'x-session-token': (value) => (value.trimStart().startsWith(sessionTokenPrefix) ? undefined : value),
  };
}

/** HTTP/2 says it in a pseudo field. */
function hasHost(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (name.length === 4 && (name === 'Host' || name === 'host' || name.toLowerCase() === 'host')) return true;
  }
  return false;
}
