import { isIP } from 'node:net';
import { createUuid } from '../ids/ids.ts';
import type { OryRequest } from '../http/request.ts';
import type { Device } from './session.ts';

/** The device of a request, with the client's address as Kratos finds it. */
export function readDevice(request: OryRequest, id: string = createUuid()): Device {
  return { id, ipAddress: readClientAddress(request), userAgent: request.header('user-agent') || null };
}

function readClientAddress(request: OryRequest): string {
  const forwarded = request.header('x-forwarded-for').split(',').map((part) => part.trim());
  return (
    request.header('true-client-ip') ||
    request.header('cf-connecting-ip') ||
    request.header('x-real-ip') ||
    forwarded.findLast((address) => isIP(address) !== 0 && !privateAddress.test(address)) ||
    request.remoteAddress
  );
}

const privateAddress = /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe80)/i;
