import type { OryService } from '../routing/ory-services.ts';
import type { Rehoming } from './rehoming.ts';

export interface SetCookieOptions {
  /** Who set it. */
  readonly service: OryService;
  readonly rehoming: Rehoming;
  /** A plain http origin beyond this machine: browsers drop the cookie, or send it unprotected. */
  readonly onDowngrade?: () => void;
}

/** What becomes of one attribute: its text, or `undefined` when it goes. */
type AttributeEdit = (attribute: Attribute, cookie: Cookie) => string | undefined;

interface Attribute {
  /** As it came, white space included. */
  readonly text: string;
  /** `text` up to and with `=`. */
  readonly start: string;
  readonly value: string;
}

interface Cookie {
  readonly service: OryService;
  readonly rehoming: Rehoming;
  /** By its name `__Secure-`: browsers take it only with `Secure`. */
  readonly isSecureByName: boolean;
}

const edits: Readonly<Record<string, AttributeEdit>> = {
  domain: ({ start }, { rehoming: { cookieDomain } }) => (cookieDomain === undefined ? undefined : start + cookieDomain),
  path: ({ start, value }, { service, rehoming }) => start + movePath(value, service, rehoming),
  secure: ({ text }, cookie) => (keepsSecure(cookie) ? text : undefined),
  samesite: ({ text, start, value }, cookie) => (keepsSecure(cookie) || value.toLowerCase() !== 'none' ? text : `${start}Lax`),
  // Safari refuses it without Secure.
  partitioned: ({ text }, cookie) => (keepsSecure(cookie) ? text : undefined),
};

/**
 * A `Set-Cookie` value of an Ory service for the public origin. Attributes are edited where they stand and everything else is kept byte
 * for byte; a `__Host-` cookie, which has nothing to move, is never touched.
 */
export function rewriteSetCookie(value: string, { service, rehoming, onDowngrade }: SetCookieOptions): string {
  const isDowngraded = !rehoming.isSecure && !rehoming.isLoopback;
  const [pair = '', ...attributes] = value.split(';');
  const name = pair.trimStart().slice(0, 9).toLowerCase();
  const isHostOnly = name.startsWith('__host-');
  const isSecureByName = name.startsWith('__secure-');
  const parsed = attributes.map(parseAttribute);
  if (isDowngraded && (isHostOnly || isSecureByName || parsed.some((attribute) => attribute.name === 'secure'))) onDowngrade?.();
  if (isHostOnly) return value;

  const cookie: Cookie = { service, rehoming, isSecureByName };
  const kept = parsed.map((attribute) => (Object.hasOwn(edits, attribute.name) ? edits[attribute.name]?.(attribute, cookie) : attribute.text));
  const { cookieDomain } = rehoming;
  if (cookieDomain !== undefined && !parsed.some((attribute) => attribute.name === 'domain')) kept.push(` Domain=${cookieDomain}`);
  return [pair, ...kept.filter((text) => text !== undefined)].join(';');
}

function parseAttribute(text: string): Attribute & { readonly name: string } {
  const equals = text.indexOf('=');
  if (equals < 0) return { text, name: text.trim().toLowerCase(), start: `${text.trimEnd()}=`, value: '' };
  const value = text.slice(equals + 1);
  return { text, name: text.slice(0, equals).trim().toLowerCase(), start: text.slice(0, text.length - value.trimStart().length), value: value.trim() };
}

function keepsSecure({ rehoming, isSecureByName }: Cookie): boolean {
  return rehoming.isSecure || isSecureByName;
}

/** Ory's own path is where the prefix is, and the cookie goes to the app too: that is `/`. Anything deeper goes below the prefix. */
function movePath(path: string, service: OryService, { prefix }: Rehoming): string {
  const { basePath, mount } = service;
  if (path === '/' || !path.startsWith('/')) return path;
  if (basePath !== '' && (path === basePath || path === `${basePath}/`)) return '/';
  const below = basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  return prefix + mount + below;
}
