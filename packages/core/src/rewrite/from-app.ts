import { readFields } from '../http/fields.ts';
import type { Fields, ResponseHead } from '../message.ts';
import type { Upstream } from '../ports.ts';
import { addVaryCredentials, restrictCaching } from './caching.ts';
import { createFieldTable, remove, type FieldRows } from './field-table.ts';
import { hopByHopRows, removeNominated, type Hop } from './hop-by-hop.ts';
import { rewriteAppLocation } from './location.ts';
import type { Rehoming } from './rehoming.ts';

export interface FromAppContext {
  readonly rehoming: Rehoming;
  /** The request carried a token of ours. */
  readonly authenticated: boolean;
  /** Cookies that whoami refreshed, rewritten. */
  readonly setCookies: readonly string[];
  readonly requestId: string;
  /** Finds the fields that tell the app about its caller in a `Vary` value. */
  readonly byCaller: RegExp;
  /** `undefined` for an app in this process: connection fields and `Location` are between it and its host. */
  readonly upstream: Upstream | undefined;
}

interface HostCall extends Hop {
  readonly rehoming: Rehoming;
}

interface UpstreamCall extends HostCall {
  readonly upstream: Upstream;
}

const hostRows: FieldRows<HostCall> = { 'x-request-id': remove };
const editHostHead = createFieldTable(hostRows, { foldsUnderscores: false });

const editUpstreamHead = createFieldTable<UpstreamCall>({
  ...hostRows,
  ...hopByHopRows,
  location: (value, { upstream, rehoming }) => rewriteAppLocation(value, upstream, rehoming),
}, { foldsUnderscores: false });

/** The head of an app's answer for the client. The app's cookies, CORS fields and everything not named here stay as they are. */
export function rewriteAppHead(head: ResponseHead, context: FromAppContext): ResponseHead {
  const { status, reason } = head;
  const { rehoming, upstream, authenticated, setCookies, requestId, byCaller } = context;
  const fields = upstream === undefined ? editHostHead(head.fields, { rehoming, nominated: undefined }) : editFromUpstream(head.fields, { rehoming, upstream, nominated: undefined });
  if (upstream !== undefined && status === 101) addSwitch(fields, head.fields);
  restrictCaching(fields, { isAuthenticated: authenticated, isCookieSet: setCookies.length > 0 });
  addVaryCredentials(fields, byCaller);
  for (const value of setCookies) fields.push('Set-Cookie', value);
  fields.push('X-Request-Id', requestId);
  return { status, reason, fields };
}

function editFromUpstream(fields: Fields, call: UpstreamCall): string[] {
  return removeNominated(editUpstreamHead(fields, call), call);
}

/** A 101 names what it switches to; the hop behind us has switched likewise. */
function addSwitch(fields: string[], received: Fields): void {
  for (const protocol of readFields(received, 'upgrade')) fields.push('Upgrade', protocol);
  fields.push('Connection', 'Upgrade');
}
