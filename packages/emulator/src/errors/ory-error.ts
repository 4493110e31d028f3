import type { JsonObject } from '../http/json.ts';

/** The members of an error in the order Kratos writes them. */
export interface OryErrorFields {
  readonly id?: string;
  readonly code: number;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly details?: JsonObject | undefined;
  readonly message: string;
}

/** An error answer of Kratos. */
export class OryError extends Error {
  readonly fields: OryErrorFields;
  /** Members beside `error` that some errors carry, such as `redirect_browser_to`. */
  readonly extra: JsonObject | undefined;

  constructor(fields: OryErrorFields, extra?: JsonObject) {
    super(fields.reason ?? fields.message);
    this.name = 'OryError';
    this.fields = fields;
    this.extra = extra;
  }
}

/** 400 with the generic message. */
export function badRequest(reason: string, id?: string): OryError {
  return new OryError({
    ...(id !== undefined && { id }),
    code: 400,
    status: 'Bad Request',
    reason,
    message: 'The request was malformed or contained invalid parameters',
  });
}

/** 400 with only a message. */
export function badRequestMessage(message: string): OryError {
  return new OryError({ code: 400, status: 'Bad Request', message });
}

/** 401 without an id, as the session endpoints answer it. */
export function unauthorized(reason: string): OryError {
  return new OryError({ code: 401, status: 'Unauthorized', reason, message: 'The request could not be authorized' });
}

/** 401 of the flows that need a session. */
export function sessionInactive(reason = 'No active session was found in this request.', extra?: JsonObject): OryError {
  return new OryError(
    { id: 'session_inactive', code: 401, status: 'Unauthorized', reason, message: 'request does not have a valid authentication session' },
    extra,
  );
}

/** 403 with the generic message. */
export function forbidden(reason: string, id?: string, extra?: JsonObject): OryError {
  const fields = { code: 403, status: 'Forbidden', reason, message: 'The requested action was forbidden' };
  return new OryError(id === undefined ? fields : { id, ...fields }, extra);
}

/** 404 of a record that does not exist. */
export function recordNotFound(): OryError {
  return new OryError({ code: 404, status: 'Not Found', message: 'Unable to locate the resource' });
}

/** 404 with a reason. */
export function notFound(reason: string): OryError {
  return new OryError({ code: 404, status: 'Not Found', reason, message: 'The requested resource could not be found' });
}

/** 400: a login or registration while a session is there. */
export function sessionAlreadyAvailable(reason: string): OryError {
  return new OryError({ id: 'session_already_available', code: 400, status: 'Bad Request', reason, message: 'you are already logged in' });
}

/** 500 whose message is the cause. */
export function internalError(message: string): OryError {
  return new OryError({ code: 500, status: 'Internal Server Error', message });
}

/** 410: another flow takes the place of this one. */
export function flowReplaced(reason: string, flowId: string): OryError {
  return new OryError(
    { id: 'self_service_flow_replaced', code: 410, status: 'Gone', reason, message: 'self-service flow replaced' },
    { use_flow_id: flowId },
  );
}

/** 422: the browser itself must go to another URL. */
export function browserLocationChangeRequired(url: string): OryError {
  return new OryError(
    {
      id: 'browser_location_change_required',
      code: 422,
      status: 'Unprocessable Entity',
      reason: `In order to complete this flow please redirect the browser to: ${url}`,
      message: 'browser location change required',
    },
    { redirect_browser_to: url },
  );
}

/** 501: what the emulator leaves out; the id is never one of Kratos'. */
export function notImplemented(feature: string): OryError {
  return new OryError({
    id: 'emulator_not_implemented',
    code: 501,
    status: 'Not Implemented',
    details: { feature },
    message: `The emulator does not implement ${feature}.`,
  });
}

/** 507: an identity or session more than the emulator is configured to hold. */
export function storeFull(kind: string): OryError {
  return new OryError({
    id: 'emulator_store_full',
    code: 507,
    status: 'Insufficient Storage',
    details: { kind },
    message: `The emulator holds as many ${kind} as it is configured to.`,
  });
}
