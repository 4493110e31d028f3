export { createEngine, type Engine, type EngineSetup } from './engine.ts';
export { forwardTo, type App, type Continuation } from './app.ts';
export { errorStatus, OryProxyError, type ErrorCode } from './errors.ts';
export type {
  BreakerEvent, CacheOutcome, EventListener, InvalidationEvent, ProxyEvent, RequestEvent, RouteName, SessionDecision, WarningCode, WarningEvent, WhoamiEvent,
} from './events.ts';
export { guardListener } from './events.ts';
export { explain, type ExplainContext, type Explanation, type Outcome } from './explain/explain.ts';
export { isLoopbackName, isLoopbackOrigin } from './http/loopback.ts';
export { createErrorResponse } from './http/error-response.ts';
export type { JsonObject, JsonValue } from './json.ts';
export type { Exchange, Fields, ProxyRequest, RequestBody, ResponseHead, Sink, Tunnel } from './message.ts';
export { optionDefinitions, type OptionDefinition } from './options/definitions.ts';
export type { AccessRule, ClaimsFunction, ClaimsOption, Duration, EmulatorSettings, IdentityHeadersOption, OptionName, OryProxyOptions } from './options/options.ts';
export { nearestName, OptionsError, type OptionProblem } from './options/problems.ts';
export { resolveOptions, type ResolveContext, type ResolvedOptions } from './options/resolve.ts';
export { mergeSources, type MergedOptions, type OptionSource } from './options/sources.ts';
export type { Clock, Decoder, DecoderOutput, OutboundRequest, Ports, Transport, Upstream } from './ports.ts';
export type { OryService, OryServices } from './routing/ory-services.ts';
export type { InvalidationTarget } from './session/invalidation.ts';
export type { Session, SessionState } from './session/session.ts';
export { deriveKeys, generatePrivateJwks, importKeys, type SigningKey, type SigningKeys } from './token/keys.ts';
