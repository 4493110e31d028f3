// What some server might read in a path: the fuzzer's own opinion, written without a look at the proxy's.

const formsLimit = 600;
const decode = (text) => text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

const rewrites = [
  (path) => path.replaceAll('\\', '/'),
  (path) => path.split(/[?#]/)[0],
  (path) => path.replace(/;[^/]*/g, ''),
  (path) => path.split('/').map((segment) => segment.replace(/[. ]+$/, '')).join('/'),
  (path) => (path.startsWith('//') ? path.replace(/^\/+[^/]*\/*/, '/') : path), // `//host/path`
  (path) => path.replace(/\/{2,}/g, '/'),
];

/** All texts that come of a path by decoding it up to twice and the rewrites, in any order. */
function readingsOf(path) {
  const found = new Map([[path, 0]]);
  const queue = [[path, 0]];
  while (queue.length > 0 && found.size < formsLimit) {
    const [text, decoded] = queue.pop();
    const next = rewrites.map((rewrite) => [rewrite(text), decoded]);
    if (decoded < 2) next.push([decode(text), decoded + 1]);
    for (const [form, times] of next) {
      if (!(found.get(form) <= times)) {
        found.set(form, times);
        queue.push([form, times]);
      }
    }
  }
  return [...found.keys()];
}

function startsWithSegment(path, names) {
  return readingsOf(path).some((form) => names.some((name) => {
    const lower = form.toLowerCase();
    return lower === `/${name}` || lower.startsWith(`/${name}/`);
  }));
}

/** Whether somebody might take it for a path below `/admin` or `/api`, which need a session. */
export const isProtected = (path) => startsWithSegment(path, ['admin', 'api']);

/** Whether Kratos might take it, without the prefix, for one of its admin API. */
export const isAdmin = (path) => startsWithSegment(path, ['admin', 'identities', 'courier']);

/** Why a path must never reach anybody. */
export function findDanger(path) {
  if (path.includes('\\')) return 'a backslash';
  if (/%(?![0-9a-f]{2})/i.test(path)) return 'an escape that is none';
  for (const text of [path, decode(path), decode(decode(path))]) {
    // eslint-disable-next-line no-control-regex -- control bytes are the point
    if (/[\x00-\x1f\x7f]/.test(text)) return 'a control byte';
    if (text.replaceAll('\\', '/').split('/').some((segment) => /^\.{1,2}$/.test(segment.split(';')[0]))) return 'a dot segment';
  }
  return isUtf8(decode(path)) ? undefined : 'bytes that are not UTF-8';
}

function isUtf8(latin1) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
    return true;
  } catch {
    return false;
  }
}
