import { parseServedName } from '../http/public-origin.ts';
import type { OptionProblem } from './problems.ts';
import type { ParsedOptions } from './schema.ts';
import { parseUrl } from './url.ts';

const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Values that are well formed and cannot be meant: each would quietly do nothing, or break every request. */
export function findImplausible(options: ParsedOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const add = (option: string, message: string): void => { problems.push({ option, message }); };
  for (const entry of options.allowedHosts ?? [])
    if (parseServedName(entry) === undefined) add('allowedHosts', `has "${entry}", which is not a host name such as app.example.com, or .example.com for all below it`);
  for (const entry of options.allowedReturnUrls ?? [])
    if (!isUrl(entry)) add('allowedReturnUrls', `has "${entry}", which is not an http:// or https:// URL without a query`);
  for (const entry of options.additionalCorsHeaders ?? [])
    if (!fieldName.test(entry)) add('additionalCorsHeaders', `has "${entry}", which is not a field name`);
  const { defaultRedirectUrl } = options;
  // It goes into a field as it is.
  if (defaultRedirectUrl !== undefined && !/^(?:\/(?![/\\])|https?:\/\/[^/])[\x21-\x7e]*$/.test(defaultRedirectUrl)) add('defaultRedirectUrl', 'must be a path that begins with one slash, or an http:// or https:// URL');
  if (Array.isArray(options.claims)) problems.push(...claimsProblems(options.claims));
  for (const entry of options.sessionCookies ?? [])
    if (entry.slice(0, -1).includes('*')) add('sessionCookies', `has "${entry}": a * may only stand at its end`);
  if (options.sessionCookies?.includes('*') === true) add('sessionCookies', 'has "*", which is every cookie: all of them would be sent to Ory');
  for (const option of ['whoamiTimeout', 'headTimeout', 'connectTimeout'] as const)
    if (options[option] === 0) add(option, 'must be more than 0: nothing could ever come in time');
  return problems;
}

/** A list of session paths; `full` and `minimal` are words of their own. */
function claimsProblems(claims: readonly string[]): OptionProblem[] {
  return claims.flatMap((entry) => {
    if (entry.split('.').includes('')) return [{ option: 'claims', message: `has "${entry}", which is not a session path such as identity.traits.email` }];
    return claims.length > 1 && (entry === 'full' || entry === 'minimal') ? [{ option: 'claims', message: `has "${entry}" in a list, where it would be a session path: it stands alone` }] : [];
  });
}

function isUrl(text: string): boolean {
  try {
    parseUrl(text);
    return true;
  } catch {
    return false;
  }
}
