import type { App } from './app.ts';
import { guardListener, type EventListener } from './events.ts';
import { limitBody } from './http/body-limit.ts';
import { checkRequest } from './http/gate.ts';
import { checkHandshake } from './http/handshake.ts';
import { createPublicOrigin } from './http/public-origin.ts';
import { createRedirect } from './http/redirect.ts';
import type { Exchange, ProxyRequest, Sink } from './message.ts';
import type { ResolvedOptions } from './options/resolve.ts';
import { handleApp } from './pipeline/app.ts';
import { createContext, type Admitted } from './pipeline/context.ts';
import { ClientExchange } from './pipeline/exchange.ts';
import { handleOry } from './pipeline/ory.ts';
import { createOwnEndpoints, isAnsweredUnderAnyName } from './pipeline/own.ts';
import type { Ports } from './ports.ts';
import { readClientAddress } from './rewrite/forwarded.ts';
import { readRequestId } from './rewrite/request-id.ts';
import { isLoop } from './rewrite/via.ts';
import { routeTarget } from './routing/route.ts';
import type { InvalidationTarget } from './session/invalidation.ts';
import { KeyRing } from './token/key-ring.ts';
import type { SigningKeys } from './token/keys.ts';

export interface EngineSetup {
  readonly options: ResolvedOptions;
  readonly ports: Ports;
  /** `undefined` with `jwt: false` and with `tokenizeAs`. */
  readonly keys: SigningKeys | undefined;
  readonly onEvent?: EventListener;
}

/** The proxy without its sockets. */
export interface Engine {
  /**
   * Takes a request through the whole pipeline. Never throws. The sink gets exactly one `end`, `fail` or `upgraded`, unless the
   * client aborts first or a host app goes on with the request itself.
   */
  handle(request: ProxyRequest, sink: Sink, app: App): Exchange;
  /** Forgets cached sessions by credential value, session id or identity id. @returns how many were dropped */
  invalidate(target: InvalidationTarget): number;
  /**
   * Takes other signing keys without a break: a first key that is new is published at once and signs two minutes later; what is not among
   * them stays published until its last token has expired. Does nothing where nothing is signed.
   */
  replaceKeys(keys: SigningKeys): void;
  /** From now on `health/ready` answers 503, so that load balancers look elsewhere. */
  setDraining(): void;
}

const emptyBody = new Uint8Array();

export function createEngine(setup: EngineSetup): Engine {
  const { options, ports, keys } = setup;
  const onEvent = setup.onEvent === undefined ? undefined : guardListener(setup.onEvent);
  const ring = keys === undefined ? undefined : new KeyRing(keys, { clock: ports.clock, tokenTtl: options.tokenTtl, onWarning: (code, message) => onEvent?.({ type: 'warning', code, message }) });
  const context = createContext({ options, ports, keys: ring, onEvent });
  const own = createOwnEndpoints(context, ring);
  const clientAddress = (request: ProxyRequest): string => readClientAddress(request, (address) => ports.trusts(address));
  const gateOptions = { strictPaths: !options.rules.isEmpty };

  function run(exchange: ClientExchange, app: App): void {
    const { request } = exchange;
    const verdict = checkRequest(request, gateOptions);
    if (verdict.action === 'refuse') return exchange.refuse(verdict.code, { close: true });
    if (verdict.action === 'options_asterisk') return exchange.respond({ status: 204, reason: 'No Content', fields: ['X-Request-Id', exchange.requestId] }, emptyBody);
    const handshake = request.upgrade ? checkHandshake(request) : undefined;
    if (handshake !== undefined) return exchange.refuse(handshake.code, { close: true, ...(handshake.fields === undefined ? {} : { fields: handshake.fields }) });

    if (options.maxBodySize !== undefined && !limitBody(request.body, options.maxBodySize)) return exchange.refuse('body_too_large');
    if (isLoop(request.fields, options)) return exchange.refuse('loop_detected');
    const route = routeTarget(verdict.target, options.prefix);
    if (route.name === 'own' && isAnsweredUnderAnyName(route.endpoint)) return own.answer(exchange, route.endpoint);
    const origin = context.publicOrigins.resolve(request, verdict);
    // A host's own app is asked by probes and neighbours under names of theirs; behind a proxy of its own a foreign name is an attack.
    const isForeignHost = origin.action === 'misdirected';
    const isAnswerable = !isForeignHost || (route.name === 'app' && app.action === 'continue' && app.servesForeignHosts && URL.canParse(`${request.scheme}://${verdict.authority}`));
    if (!isAnswerable) return exchange.refuse('misdirected', { close: true });
    if (origin.action === 'redirect') return exchange.respond(createRedirect(307, origin.location, ['X-Request-Id', exchange.requestId]), emptyBody);

    const publicOrigin = isForeignHost ? createPublicOrigin(`${request.scheme}://${verdict.authority}`) : origin.public;
    const admitted: Admitted = { exchange, verdict, isForeignHost, public: publicOrigin, hostname: isForeignHost ? verdict.host : origin.hostname };
    switch (route.name) {
      case 'app': return handleApp(context, admitted, app);
      case 'ory': return handleOry(context, admitted, route.below);
      case 'own': return own.handle(admitted, route.endpoint);
    }
  }

  return Object.freeze({
    handle(request: ProxyRequest, sink: Sink, app: App): Exchange {
      const exchange = new ClientExchange(request, readRequestId(request, ports), { sink, clock: ports.clock, onEvent, readClientAddress: clientAddress });
      try {
        run(exchange, app);
      } catch (error) {
        exchange.fail(error as Error); // a defect of ours must cost one answer, not the process
      }
      return exchange;
    },
    invalidate: (target: InvalidationTarget) => context.sessions.invalidate(target),
    replaceKeys: (other: SigningKeys) => ring?.replace(other),
    setDraining: () => own.setDraining(),
  });
}
