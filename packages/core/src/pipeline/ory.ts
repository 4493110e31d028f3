import { OryProxyError } from '../errors.ts';
import { isAdminPath } from '../http/target.ts';
import type { Fields, ResponseHead, Sink, Tunnel } from '../message.ts';
import type { Decoder } from '../ports.ts';
import { createBodyRewriter, isRewritable, type BodyRewriter, type BodyRewriterOptions } from '../rewrite/body.ts';
import { readContentCoding, rewriteOryHead } from '../rewrite/from-ory.ts';
import type { Rehoming } from '../rewrite/rehoming.ts';
import { routeToOry, type OryService } from '../routing/ory-services.ts';
import type { SessionWatch } from '../session/sessions.ts';
import { readField } from '../http/fields.ts';
import type { Admitted, EngineContext } from './context.ts';
import { applyCorsPolicy, checkUpgradeOrigin } from './cross-origin.ts';
import type { ClientExchange } from './exchange.ts';

/** Everything below the prefix: to Ory as it came, and its answer moved to the public origin. No session is asked about, no rule applies. */
export function handleOry(context: EngineContext, admitted: Admitted, below: string): void {
  const { exchange } = admitted;
  const { request, requestId } = exchange;
  const { ory, allowAdmin } = context.options;
  exchange.route = 'ory';

  const queryAt = below.indexOf('?');
  const path = queryAt < 0 ? below : below.slice(0, queryAt);
  if (applyCorsPolicy(context, admitted)) return;
  if (!allowAdmin && isAdminPath(path, ory.main.basePath)) return exchange.refuse('admin_refused');
  if (request.upgrade && !checkUpgradeOrigin(context, admitted)) return exchange.refuse('cross_origin_blocked', { close: true });
  const routed = routeToOry(ory, below);
  if (routed === undefined) return exchange.refuse('not_configured');

  const credentials = context.readCredentials(request.fields, request.connection);
  if (credentials?.isCrowd === true) return exchange.refuse('fields_too_large');
  const watch = context.sessions.watch({ method: request.method, path, body: request.body }, credentials);
  const { service, target } = routed;
  const dispatch = (): void => {
    const fields = context.toOry(request, { requestId, public: admitted.public, service });
    const sink = new OrySink(context, exchange, { service, rehoming: context.rehomingFor(admitted.public), watch });
    const outbound = { upstream: service.upstream, method: request.method, target, fields, body: request.body };
    const upstream = request.upgrade ? context.ports.transport.connect(outbound, sink) : context.ports.transport.dispatch(outbound, sink);
    // A logout whose client went away still ends a session: its answer is awaited, or a whoami could slip in between.
    exchange.attach(upstream, { outlivesClient: watch !== undefined });
  };
  if (watch?.ready === undefined) return dispatch();
  void watch.ready.then(() => {
    if (exchange.isOver) watch.settle();
    else dispatch();
  }).catch((error: unknown) => { watch.settle(); exchange.fail(error as Error); });
}

interface OryCall {
  readonly service: OryService;
  readonly rehoming: Rehoming;
  readonly watch: SessionWatch | undefined;
}

/** Ory's answer on its way to the client. */
class OrySink implements Sink {
  readonly #context: EngineContext;
  readonly #exchange: ClientExchange;
  readonly #call: OryCall;
  #rewriter: BodyRewriter | undefined;
  #decoder: Decoder | undefined;

  constructor(context: EngineContext, exchange: ClientExchange, call: OryCall) {
    this.#context = context;
    this.#exchange = exchange;
    this.#call = call;
  }

  informational(head: ResponseHead): void { this.#exchange.informational(head); }

  head(head: ResponseHead): void {
    const { service, rehoming, watch } = this.#call;
    const { method } = this.#exchange.request;
    watch?.settle({ isDone: head.status < 400 });
    this.#context.sessions.observe(head.fields, this.#exchange.request.fields, 'ory_response');
    if (rehoming.isLoopback) this.#context.loginLoops.noteAnswer(head.fields);
    if (this.#isExposedEmulator(head)) return;

    const rewritable = isRewritable(head, { method });
    const coding = readContentCoding(head);
    if (rewritable && coding !== 'identity') this.#decoder = this.#context.ports.decoder(coding, this.#decoded);
    if (rewritable && coding !== 'identity' && this.#decoder === undefined) warnOfCoding(this.#context, coding);
    const decoded = this.#decoder !== undefined;
    if (rewritable && (decoded || coding === 'identity')) this.#rewriter = createBodyRewriter(rehoming, bodyOptions(head, service, this.#exchange.request.target));
    this.#exchange.head(rewriteOryHead(head, {
      rehoming, service, requestId: this.#exchange.requestId, method, decoded, rewritten: this.#rewriter !== undefined,
      onWarning: this.#context.warn,
    }, this.#exchange.decorate));
  }

  data(chunk: Uint8Array): void {
    if (this.#decoder !== undefined) this.#decoder.write(chunk);
    else this.#pass(chunk);
  }

  end(trailers: Fields): void {
    if (this.#decoder !== undefined) this.#decoder.end();
    else this.#finish(trailers);
  }

  fail(error: Error): void {
    this.#call.watch?.settle();
    this.#decoder?.destroy();
    this.#exchange.fail(error);
  }

  upgraded(head: ResponseHead, tunnel: Tunnel): void {
    this.#call.watch?.settle();
    this.#exchange.upgraded(head, tunnel);
  }

  readonly #decoded = {
    data: (chunk: Uint8Array): void => this.#pass(chunk),
    end: (): void => this.#finish([]),
    fail: (error: Error): void => this.#exchange.fail(error),
  };

  #pass(chunk: Uint8Array): void {
    const bytes = this.#rewriter === undefined ? chunk : this.#rewriter.write(chunk);
    if (bytes.length > 0) this.#exchange.data(bytes);
  }

  #finish(trailers: Fields): void {
    const rest = this.#rewriter?.end();
    if (rest !== undefined && rest.length > 0) this.#exchange.data(rest);
    this.#exchange.end(trailers);
  }

  /** An emulator behind a public name would let everybody log in as anybody. */
  #isExposedEmulator(head: ResponseHead): boolean {
    const { publicOrigin } = this.#call.rehoming;
    if (this.#call.rehoming.isLoopback || readField(head.fields, 'x-ory-emulator') === undefined) return false;
    this.#context.warn('ory_emulator_exposed', `Ory is an emulator, which is refused under the public origin ${publicOrigin}`);
    this.#exchange.fail(new OryProxyError('upstream_invalid', 'Ory is an emulator'));
    return true;
  }
}

/** Where a URL must stay: ID tokens carry Hydra's issuer, and clients compare. */
const discovery = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(?:\?|$)/;
const userinfo = /\/userinfo(?:\?|$)/;

function bodyOptions(head: ResponseHead, service: OryService, target: string): BodyRewriterOptions {
  const type = readField(head.fields, 'content-type') ?? '';
  return { service, json: /^application\/(?:[^;]*\+)?json\b/i.test(type), keptMember: discovery.test(target) ? 'issuer' : userinfo.test(target) ? 'iss' : undefined };
}

/** Said once: who compresses one answer so compresses them all. */
const codingWarned = new WeakSet<EngineContext>();

function warnOfCoding(context: EngineContext, coding: string): void {
  if (codingWarned.has(context)) return;
  codingWarned.add(context);
  context.warn('ory_encoding_unknown', `Ory answered in the coding ${JSON.stringify(coding)}, which cannot be rewritten; it is passed on as it is`);
}
