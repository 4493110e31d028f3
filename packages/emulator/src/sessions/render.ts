import { toTimestamp } from '../clock/clock.ts';
import type { Json, JsonObject } from '../http/json.ts';
import { readAal, type AuthenticationMethod, type Device, type Session } from './session.ts';

/** A session as Kratos writes it; `identity` is already rendered. */
export function toWireSession(session: Session, identity: Json | undefined, devices: readonly Device[] = session.devices): JsonObject {
  return {
    id: session.id,
    active: session.active,
    expires_at: toTimestamp(session.expiresAt),
    authenticated_at: toTimestamp(session.authenticatedAt),
    authenticator_assurance_level: readAal(session.methods),
    authentication_methods: session.methods.map(toMethod),
    issued_at: toTimestamp(session.issuedAt),
    identity,
    devices: devices.map(toDevice),
  };
}

function toMethod(method: AuthenticationMethod): JsonObject {
  return { method: method.method, aal: method.aal, completed_at: toTimestamp(method.completedAt) };
}

function toDevice(device: Device): JsonObject {
  return { id: device.id, ip_address: device.ipAddress, user_agent: device.userAgent, location: '' };
}
