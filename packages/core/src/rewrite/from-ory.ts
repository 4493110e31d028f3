import { readField } from '../http/fields.ts';
import type { WarningCode } from '../events.ts';
import type { Fields, ResponseHead } from '../message.ts';
import type { OryService } from '../routing/ory-services.ts';
import { isRewritableType } from './body-type.ts';
import { createFieldTable, remove, rowsOf, type FieldEdit } from './field-table.ts';
import { hopByHopRows, removeNominated, type Hop } from './hop-by-hop.ts';
import { moveOryUrl, rewriteOryLocation } from './location.ts';
import type { Rehoming } from './rehoming.ts';
import { rewriteSetCookie } from './set-cookie.ts';

export { readContentCoding } from './body-type.ts';

export interface FromOryContext {
  readonly rehoming: Rehoming;
  readonly service: OryService;
  readonly requestId: string;
  readonly method: string;
  /** The body arrives encoded and is sent on decoded. */
  readonly decoded: boolean;
  /** The body goes through a rewriter. */
  readonly rewritten: boolean;
  readonly onWarning: (code: WarningCode, message: string) => void;
}

interface Call extends FromOryContext, Hop {
  /** What Ory says about the bytes of the representation is not so for the client. */
  readonly isOtherBytes: boolean;
}

const unlessOtherBytes: FieldEdit<Call> = (value, { isOtherBytes }) => (isOtherBytes ? undefined : value);

const edit = createFieldTable<Call>({
  ...hopByHopRows,
  'set-cookie': (value, call) => rewriteSetCookie(value, { service: call.service, rehoming: call.rehoming, onDowngrade: () => warnOfDowngrade(call) }),
  location: (value, { service, rehoming }) => rewriteOryLocation(value, service, rehoming),
  'content-location': (value, { service, rehoming }) => moveOryUrl(value, service, rehoming),
  // A browser that heeds it under localhost would refuse every other server of the developer.
  'strict-transport-security': (value, { rehoming }) => (rehoming.isLoopback ? undefined : value),
  // Other ports of Ory's host are not ours, and what goes wrong at our whole origin is not to be told to whoever stands in front of Ory.
  ...rowsOf(['alt-svc', 'nel', 'report-to'], remove),
  // CORS ends here.
  ...rowsOf(['access-control-allow-origin', 'access-control-allow-credentials'], remove),
  etag: (value, { isOtherBytes }) => (isOtherBytes && !value.startsWith('W/') ? `W/${value}` : value),
  ...rowsOf(['content-length', 'accept-ranges', 'content-md5', 'digest', 'content-digest', 'repr-digest'], unlessOtherBytes),
  'content-encoding': (value, { decoded }) => (decoded ? undefined : value),
  'x-request-id': remove,
}, { foldsUnderscores: false });

/** The head of an Ory answer for the client; `decorate` (CORS) has the last word. */
export function rewriteOryHead(head: ResponseHead, context: FromOryContext, decorate?: (fields: Fields) => Fields): ResponseHead {
  const { status, reason } = head;
  const call: Call = { ...context, isOtherBytes: context.rewritten || speaksOfRewritten(head, context), nominated: undefined };
  const fields = removeNominated(edit(head.fields, call), call);
  fields.push('X-Request-Id', context.requestId);
  return { status, reason, fields: decorate === undefined ? fields : decorate(fields) };
}

/** HEAD and 304 have no body, but what they say is about the one that a GET brings. */
function speaksOfRewritten({ status, fields }: ResponseHead, { method }: FromOryContext): boolean {
  const type = readField(fields, 'content-type');
  if (status === 304) return type === undefined || isRewritableType(type);
  return method === 'HEAD' && isRewritableType(type);
}

/** Said once for each public origin: it is the same for every cookie. */
const downgraded = new WeakSet<Rehoming>();

function warnOfDowngrade({ rehoming, onWarning }: FromOryContext): void {
  if (downgraded.has(rehoming)) return;
  downgraded.add(rehoming);
  onWarning('cookie_insecure', `The public origin ${rehoming.publicOrigin} is plain http: Ory's cookies go out without Secure, and browsers drop those named __Secure- or __Host-. Publish under https.`);
}
