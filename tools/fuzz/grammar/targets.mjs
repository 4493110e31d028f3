// Request targets: what people send, what attackers send, and what is built of pieces that servers read differently.
import { generateRedirects } from '../fixtures.mjs';

const redirects = generateRedirects(300).map((text) => Buffer.from(text, 'utf8').toString('latin1'));

const everyday = [
  (m) => `/x/${m}`, (m) => `/x/${m}?q=a%0Ab&re=\\d+&p=../x&b=..\\..&c=//x`, (m) => `/a%2Fb%7Cc/${m}`, (m) => `/caf%C3%A9/${m}/`, (m) => `/a|b^c[d]{e}/${m}`,
  (m) => `//evil.test/${m}`, (m) => `/x//${m}`, (m) => `/administrator/${m}`, (m) => `/x;v=1/${m};a=b`, (m) => `/.oryx/${m}`, (m) => `/%2eory/${m}`, (m) => `/${m}?`,
  (m) => `/x/${m}??a=%zz&%=%`, (m) => `/${'a/'.repeat(200)}${m}`,
];
const closed = [(m) => `/admin/${m}`, (m) => `/api/${m}?x=/public`, (m) => `/ADMIN/${m}`, (m) => `/admin%2f${m}`, (m) => `/%61dmin/${m}`, (m) => `//admin/${m}`, (m) => `//x/admin/${m}`, (m) => `/;x/admin/${m}`];
const ory = [
  (m) => `/.ory/sessions?m=${m}`, (m) => `/.ory/self-service/login/browser?m=${m}&return_to=%2Fa&x=%zz`, (m) => `/.ory?m=${m}`, (m) => `/.ory/?m=${m}`,
  (m) => `/.ory/self-service/login?flow=x&m=${m}`, (m) => `/.ory/health/alive?m=${m}`, (m) => `/.ory/a%2Fb/${m}`,
];
const oryAdmin = [
  (m) => `/.ory/admin/${m}`, (m) => `/.ory//admin/${m}`, (m) => `/.ory/%61dmin/${m}`, (m) => `/.ory/%2561dmin/${m}`, (m) => `/.ory/ADMIN/${m}`, (m) => `/.ory/admin;x/${m}`,
  (m) => `/.ory/admin%2f${m}`, (m) => `/.ory/identities?m=${m}`, (m) => `/.ory/courier/messages?m=${m}`, (m) => `/.ory/x/..%2fadmin/${m}`,
];
const odd = [
  () => '*', (m) => `*/${m}`, (m) => m, (m) => `@evil.test/${m}`, (m) => `http://evil.test/${m}`, (m) => `ftp://localhost/${m}`, (m) => `localhost:22/${m}`, (m) => `/x/${m}#f`,
  (m) => `/x ${m}`, (m) => `/\\evil.test/${m}`, (m) => `http://u:p@localhost/${m}`, (m) => `/\xe9/${m}`, (m) => `/${'a'.repeat(8200)}/${m}`, (m) => `///evil.test/%2e%2e/${m}`,
];
const atoms = [
  'a', 'x', 'admin', 'api', '%61dmin', '%2561dmin', 'ADMIN', 'aDmin.', 'admin ', 'admin%20', 'admin;x', '..', '.', '%2e', '%2e%2e', '%252e%252e', '..;', '..;x=1', '..%5c', '%5c', '%2f',
  '%252f', '%253b', ';a', '%3b', '%00', '%0d%0a', '%2500', '%ff', '%c0%ae', '%zz', '%', '%3f', '%23', '.%20', '', '.ory', 'sessions',
];

/** @returns `{ target, kind }`: `plain`, `closed` (needs a session) and `ory` are legal; `odd` may be anything */
export function makeTarget(random, { marker, authority }) {
  const kind = random.weighted([[40, 'plain'], [14, 'closed'], [10, 'ory'], [8, 'admin'], [6, 'absolute'], [8, 'odd'], [18, 'pieces'], [4, 'redirect']]);
  switch (kind) {
    case 'plain': return { kind, target: random.pick(everyday)(marker) };
    case 'closed': return { kind, target: random.pick(closed)(marker) };
    case 'ory': return { kind, target: random.pick(ory)(marker) };
    case 'admin': return { kind: 'odd', target: random.pick(oryAdmin)(marker) };
    case 'absolute': return { kind: 'plain', target: `http://${random.pick([authority, authority.toUpperCase()])}/x/${marker}` };
    case 'odd': return { kind, target: random.pick(odd)(marker) };
    case 'redirect': return { kind: 'odd', target: `/${random.pick(redirects)}/${marker}` };
    default: return { kind: 'odd', target: makeOfPieces(random, marker) };
  }
}

/** A protected path in disguise, or any path of suspicious pieces. */
function makeOfPieces(random, marker) {
  if (random.chance(0.5)) return `${disguise(random, random.pick(['/admin', '/api', '/.ory/admin']))}/${marker}`;
  const pieces = Array.from({ length: random.between(1, 5) }, () => random.pick(['/', '/', '/', '//', '%2f']) + random.pick(atoms));
  return `/${pieces.join('')}/${marker}`;
}

/** Encodes, doubles, mixes case and adds what some servers drop. */
function disguise(random, path) {
  let made = path;
  for (let i = random.between(1, 3); i > 0; i--) {
    const at = random.below(made.length);
    const escape = `%${made.charCodeAt(at).toString(16).padStart(2, '0')}`;
    made = random.pick([
      () => made.slice(0, at) + escape + made.slice(at + 1),
      () => made.slice(0, at) + escape.replace('%', '%25') + made.slice(at + 1),
      () => made.slice(0, at) + made[at].toUpperCase() + made.slice(at + 1),
      () => made.replaceAll('/', '//'), () => `${made};x`, () => `${made}%3bx`, () => `/;a${made}`, () => made.replace(/\/(?=[^/]*$)/, '%2f'),
      () => made.replace(/\/(?=[^/]*$)/, '%5c'), () => `${made}.`, () => `${made}%20`, () => `${made}/`, () => `${made}%23`, () => `${made}%3f`,
    ])();
  }
  return made;
}
