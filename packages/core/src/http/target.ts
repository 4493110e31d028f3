/**
 * What an upstream might make of a path: percent-decoded 0, 1 or 2 times; `\` read as `/`; cut at a decoded `?` or `#`; `;params`
 * removed; trailing dots and spaces of a segment removed; without the host that `//` at its start seems to name; slashes merged; each in
 * every combination and at every stage of decoding.
 * Letters keep their case, so that a caller can compare both exactly and without it. The first form is the path itself.
 *
 * Work is linear in the length: more than a fixed number of forms, which no honest path has, gives `undefined`.
 */
export function pathForms(path: string): readonly string[] | undefined {
  if (!mayHaveForms.test(path)) return [path];
  const forms = new Set<string>();
  let stage: readonly string[] = [path];
  for (let decoded = 0; decoded <= 2; decoded++) {
    if (decoded > 0) stage = stage.map(decodePercent);
    const variants = new Set(stage);
    for (const read of readings) {
      for (const form of variants) variants.add(read(form)); // reading twice changes nothing more, so this ends
      if (variants.size > formsLimit) return undefined;
    }
    for (const form of variants) forms.add(form);
    if (forms.size > formsLimit) return undefined;
    stage = [...variants];
  }
  const texts = new Set<string>();
  for (const form of forms) texts.add(decodeUtf8(form));
  return [...texts];
}

const formsLimit = 64;
// eslint-disable-next-line no-control-regex -- bytes beyond ASCII are the point
const mayHaveForms = /[%;\\?#\x80-\xff]|\/\/|[. ](?:\/|$)/;

/** In this order; each is also left out. */
const readings: readonly ((path: string) => string)[] = [
  (path) => path.replaceAll('\\', '/'),
  cutAtQuery,
  (path) => path.replace(/;[^/]*/g, ''),
  trimSegments,
  cutAuthority,
  (path) => path.replace(/\/{2,}/g, '/'),
];

/** `new URL(target, base)` in an app takes `//x/admin` for the host `x` and the path `/admin`. */
function cutAuthority(path: string): string {
  return path.startsWith('//') ? path.replace(/^\/+[^/]*\/*/, '/') : path;
}

function cutAtQuery(path: string): string {
  const at = path.search(/[?#]/);
  return at < 0 ? path : path.slice(0, at);
}

/** Windows drops dots and spaces at the end of a name. A pattern for this would be quadratic in a run of dots. */
function trimSegments(path: string): string {
  return path.split('/').map((segment) => {
    let end = segment.length;
    while (end > 0 && (segment[end - 1] === '.' || segment[end - 1] === ' ')) end--;
    return segment.slice(0, end);
  }).join('/');
}

/** Decodes each complete escape to one character per byte; others stay as they are. */
function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const decoder = new TextDecoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

// eslint-disable-next-line no-control-regex -- bytes beyond ASCII are the point
const beyondAscii = /[\x80-\xff]/;

function decodeUtf8(bytes: string): string {
  return beyondAscii.test(bytes) ? decoder.decode(toBytes(bytes)) : bytes;
}

function isUtf8(bytes: string): boolean {
  if (!beyondAscii.test(bytes)) return true;
  try {
    strictDecoder.decode(toBytes(bytes));
    return true;
  } catch {
    return false;
  }
}

function toBytes(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
}

/** A segment that is `.` or `..` to somebody: its parameters removed, `\` read as `/`, cut at a decoded `?` or `#`, spaces dropped. */
const dotSegment = /(?:^|[/\\])\.\.? *(?=[/\\;?#]|$)/;
// eslint-disable-next-line no-control-regex -- control bytes are the point
const control = /[\x00-\x1f\x7f]/;

/**
 * Why a path must not reach any upstream, or `undefined`: raw `\`, control bytes and dot segments that are there at once or after
 * decoding once or twice; where `strict`, also escapes that are none and bytes that are not UTF-8.
 */
export function findPathProblem(path: string, { strict }: { readonly strict: boolean }): string | undefined {
  if (path.includes('\\')) return 'the path has a backslash';
  let decoded = path;
  for (let times = 0; times <= 2; times++) {
    if (control.test(decoded)) return 'the path has a control byte';
    if (dotSegment.test(decoded)) return 'the path has a dot segment';
    if (times === 0 && strict && /%(?![0-9a-f]{2})/i.test(path)) return 'the path has an incomplete escape';
    if (times === 1 && strict && !isUtf8(decoded)) return 'the path is not UTF-8';
    const next = decodePercent(decoded);
    if (next === decoded && times > 0) break;
    decoded = next;
  }
  return undefined;
}

/**
 * Whether a path below the prefix leads to Ory's admin API in any of its forms: `/admin`, and `/identities*` and `/courier*`, which
 * Kratos redirects to its admin port; also behind the base path of the Ory URL and behind `/api/<service>`.
 */
export function isAdminPath(path: string, basePath: string): boolean {
  const forms = pathForms(path);
  return forms === undefined || forms.some((form) => isAdminForm(form.toLowerCase(), basePath.toLowerCase()));
}

const adminApi = /^\/+(?:admin(?=\/|$)|identities|courier)/;
const apiService = /^\/+api\/+[^/]+(?=\/)/;

function isAdminForm(form: string, basePath: string): boolean {
  if (adminApi.test(form)) return true;
  if (basePath !== '' && form.startsWith(`${basePath}/`) && isAdminForm(form.slice(basePath.length), '')) return true;
  const service = apiService.exec(form);
  return service !== null && adminApi.test(form.slice(service[0].length));
}
