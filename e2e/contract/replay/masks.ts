/**
 * Every value of an answer that differs from run to run, by its path. A recorded value that fits the pattern of its mask
 * is volatile: the answer's has to fit too, and to stand in the same relation to the other values. Anything else is literal.
 */
export interface Mask {
  /** Field names and keys joined by dots; `*` is one of them (or an index, or a part of one), `**` any number. */
  readonly path: string;
  readonly pattern: RegExp;
  /** The pattern describes parts of the value; what is between them is literal. */
  readonly inside?: true;
  /**
   * `one-to-one`: two values are equal exactly when the recorded ones are. `moment`: equal recorded values have equal
   * answers, and the distance to now is the recorded one (that alone: `near`). `masked`: like `one-to-one`, for the token and for the cookie
   * value that it hides. `close`: differs by at most 2. `none`: the pattern is all.
   */
  readonly relation: 'one-to-one' | 'moment' | 'near' | 'masked' | 'close' | 'none';
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/u;
const timestamp = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z/u;
const csrfCookie = /[A-Za-z0-9+/]{43}=/u;
const csrfToken = /[A-Za-z0-9+/]{86}==/u;
const sealed = /[\w=-]{32,}/u;
const sessionToken = /ory_st_[A-Za-z0-9]{32}/u;
const logoutToken = /ory_lo_[A-Za-z0-9]{32}/u;
const secondsSinceEpoch = /\d{10}/u;
const minutes = /\d+\.\d\d minutes/u;

export const masks: readonly Mask[] = [
  { path: 'header.Date', pattern: /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/u, relation: 'none' },
  { path: 'header.X-Kratos-Authenticated-Identity-Id', pattern: uuid, relation: 'one-to-one' },
  { path: 'header.Location', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'header.Link', pattern: /(?:page_token=[\w-]+|(?:page_size|per_page)=\d+)/u, inside: true, relation: 'none' },

  { path: 'cookie.csrf_token_*', pattern: csrfCookie, relation: 'one-to-one' },
  { path: 'cookie.ory_kratos_session', pattern: sealed, relation: 'one-to-one' },
  { path: 'cookie.ory_kratos_continuity', pattern: sealed, relation: 'one-to-one' },
  { path: 'cookie.*.max-age', pattern: /\d{4,}/u, relation: 'close' },
  { path: 'cookie.*.expires', pattern: /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d GMT/u, relation: 'near' },

  { path: 'text', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.*.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.**.identity.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.**.devices.*.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.**.verifiable_addresses.*.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.**.recovery_addresses.*.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.use_flow_id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.error.details.identity_id', pattern: uuid, relation: 'one-to-one' },

  { path: 'body.ui.action', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.redirect_browser_to', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.continue_with.*.redirect_browser_to', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.continue_with.*.flow.id', pattern: uuid, relation: 'one-to-one' },
  { path: 'body.continue_with.*.flow.url', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.request_url', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.error.reason', pattern: uuid, inside: true, relation: 'one-to-one' },
  { path: 'body.error.reason', pattern: minutes, inside: true, relation: 'none' },
  { path: 'body.ui.messages.*.text', pattern: minutes, inside: true, relation: 'none' },

  { path: 'body.**.authenticated_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.completed_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.created_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.updated_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.issued_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.expires_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.state_changed_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.**.verified_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.ui.messages.*.context.privilegedSessionExpiresAt', pattern: timestamp, relation: 'moment' },
  { path: 'body.ui.messages.*.context.privileged_session_expires_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.ui.messages.*.context.privileged_session_expires_at_unix', pattern: secondsSinceEpoch, relation: 'none' },
  { path: 'body.expired_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.ui.messages.*.context.expired_at', pattern: timestamp, relation: 'moment' },
  { path: 'body.ui.messages.*.context.expired_at_unix', pattern: secondsSinceEpoch, relation: 'none' },
  { path: 'body.since', pattern: /\d{7,}/u, relation: 'none' },

  { path: 'body.ui.nodes.*.attributes.value', pattern: csrfToken, relation: 'masked' },
  { path: 'body.ui.nodes.*.attributes.src', pattern: /data:image\/png;base64,[A-Za-z0-9+/]{80,}={0,2}/u, relation: 'none' },
  { path: 'body.ui.nodes.*.attributes.text.text', pattern: /[A-Z2-7]{32}/u, relation: 'one-to-one' },
  { path: 'body.ui.nodes.*.attributes.text.context.secret', pattern: /[A-Z2-7]{32}/u, relation: 'one-to-one' },
  { path: 'body.session_token', pattern: sessionToken, relation: 'one-to-one' },
  { path: 'body.continue_with.*.ory_session_token', pattern: sessionToken, relation: 'one-to-one' },
  { path: 'body.logout_token', pattern: logoutToken, relation: 'one-to-one' },
  { path: 'body.logout_url', pattern: logoutToken, inside: true, relation: 'one-to-one' },
  { path: 'body.tokenized', pattern: /eyJhbGciOiJFUzI1NiIsImtpZCI6ImNvbnRyYWN0LTEiLCJ0eXAiOiJKV1QifQ\.[\w-]+\.[\w-]{86}/u, relation: 'none' },
  { path: 'body.**.devices.*.ip_address', pattern: /127\.0\.0\.1:\d{4,5}/u, relation: 'none' },
  { path: 'body.version', pattern: /(?:master|v\d+\.\d+\.\d+\S*)/u, relation: 'none' },
];

/** The mask for a recorded value, `undefined` when it is literal. */
export function findMask(path: string, recorded: string): Mask | undefined {
  return masks.find((mask) => toPathPattern(mask.path).test(`${path}.`) && fits(mask, recorded));
}

export function fits(mask: Mask, value: string): boolean {
  return mask.inside === true ? mask.pattern.test(value) : new RegExp(`^(?:${mask.pattern.source})$`, 'u').test(value);
}

function toPathPattern(path: string): RegExp {
  const segments = path.split('.').map((segment) => (segment === '**' ? '(?:[^.]+\\.)*' : `${segment.replace('*', '[^.]+')}\\.`));
  return new RegExp(`^${segments.join('')}$`, 'u');
}
