// Patches of the gate, the rules, and the passes over requests and answers. Each: `edits` of exact text in `file`, and the test that must
// notice (`in` a package, by test file and a pattern of names). `fuzz`: the fuzzer must notice as well.
const core = (file, edits, test, more) => ({ file: `packages/core/src/${file}`, edits, package: 'packages/core', ...test, ...more });

export const httpPatches = [
  {
    name: 'a path that begins like a host passes a rule by',
    ...core('http/target.ts', [['  cutAuthority,\n', '']], { test: 'test/rules/forms.test.ts', pattern: 'P23' }),
  },
  {
    name: 'a preflight names another method to the app',
    ...core('pipeline/app.ts', [['decision.methodsMatter || isPreflight(request)', 'decision.methodsMatter']], { test: 'test/engine.test.ts', pattern: 'P22' }),
  },
  {
    name: 'a letter that is another one in capitals passes a rule by',
    ...core('rules/pattern.ts', [['beyondAscii.test(lower) ? lower.toUpperCase().toLowerCase() : lower', 'beyondAscii.test(lower) ? lower : lower']], { test: 'test/rules/decide.test.ts', pattern: 'P10' }),
  },
  {
    name: 'a duplicate Host is accepted',
    ...core('http/gate.ts', [['  if (count > 1) return undefined;\n', '']], { test: 'test/http/gate.test.ts', pattern: 'about Host' }, { fuzz: true }),
  },
  {
    name: 'Transfer-Encoding: xchunked passes',
    ...core('http/field-checks.ts', [["if (coding === 'chunked') return undefined;", "if (coding.endsWith('chunked')) return undefined;"]], { test: 'test/http/gate.test.ts', pattern: 'about framing' }),
  },
  {
    name: 'Content-Length beside Transfer-Encoding passes',
    ...core('http/field-checks.ts', [['if (framing++ > 0) return framedTwice;\n        if (!content', 'if (!content']], { test: 'test/http/gate.test.ts', pattern: 'about framing' }),
  },
  {
    name: 'Connection may name Authorization',
    ...core('http/field-checks.ts', [['if (namesEndToEnd(value)) return', 'if (value === namesEndToEnd.name) return']], { test: 'test/http/gate.test.ts', pattern: 'about fields' }),
  },
  {
    name: 'Authorization may come twice',
    ...core('http/field-checks.ts', [['if ((seen & bit) !== 0) return', 'if (seen < 0) return']], { test: 'test/http/gate.test.ts', pattern: 'twice' }, { fuzz: true }),
  },
  {
    name: 'dot segments are looked for in the raw path only',
    ...core('http/target.ts', [['for (let times = 0; times <= 2; times++) {\n    if (control', 'for (let times = 0; times <= 0; times++) {\n    if (control']], { test: 'test/http/gate-paths.test.ts', pattern: 'about paths' }, { fuzz: true }),
  },
  {
    name: 'rules match the raw path only',
    ...core('rules/decide.ts', [['const forms = pathForms(request.path);', 'const forms: readonly string[] | undefined = pathForms(request.path) && [request.path];']], { test: 'test/rules/forms.test.ts', pattern: 'P23' }, { fuzz: true }),
  },
  {
    name: 'the first form of a path decides',
    ...core('rules/decide.ts', [['const forms = pathForms(request.path);\n  if (forms === undefined) return false;', 'const forms = pathForms(request.path)?.slice(0, 1);\n  if (forms === undefined) return false;']], { test: 'test/rules/decide.test.ts', pattern: 'forms of a path meet' }),
  },
  {
    name: 'the laxest rule of all forms counts',
    ...core('rules/decide.ts', [['strictness[one.session] >= strictness[other.session]', 'strictness[one.session] <= strictness[other.session]']], { test: 'test/rules/decide.test.ts', pattern: 'combines to the strictest' }, { fuzz: true }),
  },
  {
    name: 'the admin API is recognised in the raw path only',
    ...core('http/target.ts', [['const forms = pathForms(path);\n  return forms === undefined || forms.some', 'const forms = [path];\n  return forms.some']], { test: 'test/http/target.test.ts', pattern: 'isAdminPath' }, { fuzz: true }),
  },
  {
    name: 'a foreign Host is served',
    ...core('engine.ts', [["return exchange.refuse('misdirected', { close: true });", "exchange.route = 'app';"]], { test: 'test/engine.test.ts', pattern: 'S8' }, { fuzz: true }),
  },
  {
    name: 'the client\'s Authorization passes when nobody is logged in',
    ...core('pipeline/app.ts', [["if (caller.session === undefined) return send(call, caller, { action: 'remove' });", "if (caller.session === undefined) return send(call, caller, { action: 'pass' });"]], { test: 'test/engine.test.ts', pattern: 'F1' }, { fuzz: true }),
  },
  {
    name: 'the client\'s Authorization stays on an upgrade',
    ...core('pipeline/app.ts', [['public: admitted.public, authorization, identity', "public: admitted.public, authorization: request.upgrade ? { action: 'pass' } : authorization, identity"]], { package: 'e2e', test: 'test/conformance/upgrade.test.ts', pattern: '\\(cli\\) W1 ' }, { fuzz: true }),
  },
  {
    name: 'forwarded fields of anybody are kept',
    ...core('rewrite/forwarded.ts', [['(isTrusted ? value : undefined)', '(isTrusted || value !== undefined ? value : undefined)']], { test: 'test/rewrite/to-app.test.ts', pattern: 'F4' }, { fuzz: true }),
  },
  {
    name: 'names with _ are kept',
    ...core('rewrite/to-app.ts', [['}, { foldsUnderscores: true });\n  // `Trailer`', '}, { foldsUnderscores: false });\n  // `Trailer`']], { test: 'test/rewrite/to-app.test.ts', pattern: 'F2|F3' }, { fuzz: true }),
  },
  {
    name: 'Ory-* of a client reaches the app',
    ...core('rewrite/to-app.ts', [["'ory-*', 'x-ory-proxy-*'", "'x-ory-proxy-*'"]], { test: 'test/rewrite/to-app.test.ts', pattern: 'Ory-' }, { fuzz: true }),
  },
  {
    name: 'fields that Connection names are kept',
    ...core('rewrite/hop-by-hop.ts', [["if (token !== '' && token !== 'close'", "if (token === 'close' && token !== 'close'"]], { test: 'test/rewrite/to-app.test.ts', pattern: 'F8' }, { fuzz: true }),
  },
  {
    name: 'loops are not noticed',
    ...core('rewrite/via.ts', [['value.includes(pseudonymOf(options))', "value === ''"]], { test: 'test/rewrite/to-app.test.ts', pattern: 'F19' }),
  },
  {
    name: 'Secure is dropped on https',
    ...core('rewrite/set-cookie.ts', [['return rehoming.isSecure || isSecureByName;', 'return isSecureByName;']], { test: 'test/rewrite/set-cookie.test.ts', pattern: 'K2' }),
  },
  {
    name: '__Host- cookies are edited',
    ...core('rewrite/set-cookie.ts', [['  if (isHostOnly) return value;\n', '']], { test: 'test/rewrite/set-cookie.test.ts', pattern: 'K4' }),
  },
  {
    name: 'SameSite=Strict is weakened',
    ...core('rewrite/set-cookie.ts', [["value.toLowerCase() !== 'none' ? text", "value.toLowerCase() === 'lax' ? text"]], { test: 'test/rewrite/set-cookie.test.ts', pattern: 'K6' }),
  },
  {
    name: 'bodies are rewritten without a boundary behind',
    ...core('rewrite/match.ts', [['return continuesName[byte] === 1 ? differs : at;', 'return continuesName[byte] === 2 ? differs : at;']], { test: 'test/rewrite/body.test.ts', pattern: 'B3|boundar' }),
  },
  {
    name: 'bodies are rewritten without a boundary in front',
    ...core('rewrite/text-window.ts', [['if (!isSchemeByte(before)) return true;', 'if (!isSchemeByte(before) || before !== undefined) return true;']], { test: 'test/rewrite/body.test.ts', pattern: 'B3|boundar' }),
  },
  {
    name: 'authenticated answers are not private',
    ...core('rewrite/caching.ts', [['} else if (isAuthenticated && !hasCacheControl(fields, decided)) addPrivate(fields);', '} else if (isAuthenticated && hasCacheControl(fields, decided)) addPrivate([]);']], { test: 'test/rewrite/from-app.test.ts', pattern: 'with a token' }),
  },
  {
    name: 'answers with a refreshed cookie stay public',
    ...core('rewrite/caching.ts', [['    withdrawSharing(fields);\n    if', '    if']], { test: 'test/rewrite/from-app.test.ts', pattern: 'refreshed' }),
  },
  {
    name: 'hop-by-hop fields of the app reach the client',
    ...core('rewrite/from-app.ts', [['  ...hostRows,\n  ...hopByHopRows,\n', '  ...hostRows,\n']], { test: 'test/rewrite/from-app.test.ts', pattern: 'U12' }),
  },
  {
    name: 'return_to may lead anywhere',
    ...core('http/return-to.ts', [['return allowed.some((entry) => isBelow(url, entry)) ? url.href : undefined;', 'return allowed.some((entry) => isBelow(url, entry)) ? url.href : url.href;']], { test: 'test/http/return-to.test.ts', pattern: 'L2' }),
  },
  {
    name: 'a pattern of CORS lets every ending in',
    ...core('http/cors.ts', [['!origin.endsWith(after)) return false;', '!origin.endsWith(after.slice(1))) return false;']], { test: 'test/http/cors.test.ts', pattern: 'isAllowedOrigin' }),
  },
];
