import { toSetCookie } from '../../http/cookies.ts';
import { readString, type JsonObject } from '../../http/json.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { isSealError } from '../../sessions/cookie.ts';
import type { Flow } from '../flow.ts';

/** Keeps a submit with its flow, and a reference to it in the browser. */
export function pauseSubmit(exchange: Exchange, flow: Flow, identityId: string, fields: JsonObject): void {
  flow.pausedSubmit = { fields, identityId, expiresAt: exchange.kratos.now() + pausedFor };
  setReference(exchange, { flow: flow.id });
}

/** Takes the submit that this browser paused on this flow, if there is one. */
export function takePausedSubmit(exchange: Exchange, flow: Flow, identityId: string): JsonObject | undefined {
  const paused = flow.pausedSubmit;
  if (!paused || readReference(exchange) !== flow.id || paused.identityId !== identityId || paused.expiresAt <= exchange.kratos.now()) return undefined;
  flow.pausedSubmit = undefined;
  setReference(exchange, {});
  return paused.fields;
}

/** Forgets what this browser paused: new settings supersede it. */
export function clearPausedSubmit(exchange: Exchange): void {
  const id = readReference(exchange);
  if (!id) return;
  const flow = exchange.kratos.store.flows.get(id);
  if (flow) flow.pausedSubmit = undefined;
  setReference(exchange, {});
}

const cookieName = 'ory_kratos_continuity';
const cookieSeconds = 2_592_000;
const pausedFor = 15 * 60_000;

function readReference({ kratos, request }: Exchange): string {
  const cookie = request.cookies.find(({ name }) => name === cookieName);
  const opened = cookie && kratos.sealer.open(cookieName, cookie.value);
  return opened && !isSealError(opened) ? readString(opened, 'flow') : '';
}

function setReference(exchange: Exchange, reference: JsonObject): void {
  const { sealer, settings, now } = exchange.kratos;
  const { cookies } = settings;
  exchange.setCookie(
    toSetCookie(cookieName, sealer.seal(cookieName, reference), { ...cookies, maxAge: cookieSeconds, expires: now() + cookieSeconds * 1000 }),
  );
}
