import { toTimestamp } from '../clock/clock.ts';
import type { JsonObject } from '../http/json.ts';
import type { Aal } from '../sessions/session.ts';
import type { Form } from './form.ts';

/** The self-service flows. */
export type FlowKind = 'login' | 'registration' | 'settings' | 'recovery' | 'verification';

/** A code that was sent. */
export interface SentCode {
  readonly code: string;
  readonly address: string;
  readonly identityId: string;
  readonly expiresAt: number;
}

/** A submit that waits for its user to log in again. */
export interface PausedSubmit {
  readonly fields: JsonObject;
  readonly identityId: string;
  readonly expiresAt: number;
}

/** A self-service flow; times in milliseconds. */
export interface Flow {
  readonly id: string;
  readonly kind: FlowKind;
  readonly type: 'browser' | 'api';
  /** The value of the csrf cookie that the flow was created with; `''` for API flows. */
  csrfCookie: string;
  requestUrl: string;
  readonly issuedAt: number;
  expiresAt: number;
  active?: string;
  state: string;
  form: Form;
  readonly refresh: boolean;
  readonly requestedAal: Aal;
  /** Settings: whose they are. Recovery: who was recovered. */
  identityId?: string;
  /** Settings: the secret that the QR code shows. */
  totpSecret?: string;
  /** Settings: a submit that waits for a new login. */
  pausedSubmit?: PausedSubmit | undefined;
  /** Recovery and verification: the code that was sent last. */
  sentCode?: SentCode | undefined;
  /** Recovery and verification: how many codes were submitted. */
  submittedCodes: number;
}

/** What a rendering of a flow shows beyond what is stored. */
export interface FlowView {
  readonly identity?: JsonObject | undefined;
  readonly continueWith?: readonly JsonObject[] | undefined;
  readonly transientPayload?: JsonObject | undefined;
}

/** The `return_to` of a flow: the one of the request that created it. */
export function readReturnTo(flow: Flow): string | undefined {
  const query = flow.requestUrl.indexOf('?');
  return query < 0 ? undefined : new URLSearchParams(flow.requestUrl.slice(query)).get('return_to') || undefined;
}

/** A flow as Kratos writes it; each kind has its own members in its own order. */
export function toWireFlow(flow: Flow, view: FlowView = {}): JsonObject {
  const head = {
    type: flow.type,
    expires_at: toTimestamp(flow.expiresAt),
    issued_at: toTimestamp(flow.issuedAt),
    request_url: flow.requestUrl,
    return_to: readReturnTo(flow),
    active: flow.active,
    ui: flow.form.toWire(),
  };
  const { id, state } = flow;
  const transient_payload = view.transientPayload;
  switch (flow.kind) {
    case 'login':
      return {
        id,
        organization_id: null,
        ...head,
        created_at: toTimestamp(flow.issuedAt),
        updated_at: toTimestamp(flow.issuedAt),
        refresh: flow.refresh,
        requested_aal: flow.requestedAal,
        state,
        transient_payload,
      };
    case 'registration':
      return { id, ...head, organization_id: null, transient_payload, state };
    case 'settings':
      return { id, ...head, identity: view.identity, state, continue_with: view.continueWith };
    case 'recovery':
    case 'verification':
      return { id, ...head, state, continue_with: view.continueWith, transient_payload };
  }
}
