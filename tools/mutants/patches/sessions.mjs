// Patches of who is calling: credentials, whoami, cache, invalidation, tokens, keys.
const core = (file, edits, test, more) => ({ file: `packages/core/src/${file}`, edits, package: 'packages/core', ...test, ...more });

export const sessionPatches = [
  {
    name: 'a stranger empties the cache by an id in a path',
    ...core('session/invalidation.ts', [["everySession = '/'", "everySession = '*'"]], { test: 'test/pipeline/others-sessions.test.ts', pattern: 'by a stranger' }),
  },
  {
    name: 'made-up cookies beside a good one push everybody else out of the cache',
    ...core('session/cache.ts', [['ofSession.length > keptPerSession', 'ofSession.length > 100_000']], { test: 'test/session/cache.test.ts', pattern: 'newest sixteen' }),
  },
  {
    name: 'calls that waited too long make Ory look gone',
    ...core('session/sessions.ts', [['timeout: this.#options.whoamiTimeout / 2', 'timeout: this.#options.whoamiTimeout']], { test: 'test/session/call-queue.test.ts', pattern: 'does not make Ory look gone' }),
  },
  {
    name: 'a request has the cookie of the one before it on its connection',
    ...core('session/credentials.ts', [['recent.cookies === cookies && ', '']], { test: 'test/session/credentials.test.ts', pattern: 'takes nothing over' }, { fuzz: true }),
  },
  {
    name: 'the cache survives a logout',
    ...core('session/sessions.ts', [["drop: (tags) => { this.#drop(tags, 'ory_request'); },", 'drop: () => {},']], { test: 'test/session/watch.test.ts', pattern: 'C6' }),
  },
  {
    name: 'a logout of another session of the identity drops nothing',
    ...core('session/sessions.ts', [["case 'authenticated': return [state.session.identityId];", "case 'authenticated': return [];"]], { test: 'test/session/watch.test.ts', pattern: 'C7' }),
  },
  {
    name: 'a session is cached while its logout is under way',
    ...core('session/sessions.ts', [["if (state.state === 'unknown' || this.#log.isHeld(tags)) return false;", "if (state.state === 'unknown') return false;"]], { test: 'test/session/watch.test.ts', pattern: 'caches nothing of that credential' }),
  },
  {
    name: 'the result of a call from before a logout is stored',
    ...core('session/sessions.ts', [['if (this.#log.isMarkedSince(tags, result.began)) return true;', '']], { test: 'test/session/watch.test.ts', pattern: 'C16' }),
  },
  {
    name: 'a call from before a logout serves who came after it',
    ...core('session/flights.ts', [['return flight !== undefined && !this.#log.isMarkedSince(flight.valueTags, flight.began) ? flight : undefined;', 'return flight;']], { test: 'test/session/watch.test.ts', pattern: 'C16' }),
  },
  {
    name: 'concurrent requests do not share a call',
    ...core('session/sessions.ts', [['if (flight !== undefined) return this.#wait(flight, credentials, options);', 'if (flight !== undefined && flight.key === "") return this.#wait(flight, credentials, options);']], { test: 'test/session/sessions.test.ts', pattern: 'A16' }),
  },
  {
    name: 'a refreshed cookie is given to everybody who waited',
    ...core('session/sessions.ts', [['const { state, isStale } = await flight.result;', 'const { state, isStale, setCookies } = await flight.result;'], ["{ state, cache: 'shared', setCookies: noCookies }", "{ state, cache: 'shared', setCookies }"]], { test: 'test/session/sessions.test.ts', pattern: 'A21' }),
  },
  {
    name: 'a fresh rule believes the cache',
    ...core('session/sessions.ts', [['if (!options.fresh) {', 'if (!options.fresh || options.requestId !== "") {']], { test: 'test/session/sessions.test.ts', pattern: 'fresh path' }),
  },
  {
    name: 'a session cookie that the app sets is not noticed',
    ...core('session/sessions.ts', [['this.#drop(this.#cache.withSessions(this.#toTags(credentials)), cause);\n      return;', 'return;']], { test: 'test/session/sessions.test.ts', pattern: 'observe' }),
  },
  {
    name: 'keys are made without the session token',
    ...core('session/credentials.ts', [['withLength(cookie) + withLength(sessionToken) + withLength(bearer)', 'withLength(cookie) + withLength(bearer)']], { test: 'test/session/credentials.test.ts', pattern: 'two different sets' }),
  },
  {
    name: 'keys are made without lengths',
    ...core('session/credentials.ts', [["return part === undefined ? '-' : `${part.length}:${part}`;", "return part ?? '';"]], { test: 'test/session/credentials.test.ts', pattern: 'two different sets' }),
  },
  {
    name: 'whoami gets every cookie',
    ...core('session/credentials.ts', [['if (isSessionCookieName(name, patterns)) {', 'if (isSessionCookieName(name, patterns) || name !== "") {']], { test: 'test/session/credentials.test.ts', pattern: 'A3' }, { fuzz: true }),
  },
  {
    name: 'every bearer token is sent to Ory',
    ...core('session/credentials.ts', [["return token.startsWith(prefix) && !token.includes(' ') ? token : undefined;", "return token.startsWith('') && !token.includes(' ') ? token : undefined;"]], { test: 'test/session/credentials.test.ts', pattern: 'createCredentialReader' }, { fuzz: true }),
  },
  {
    name: 'a refusal is believed for a minute',
    ...core('session/cache.ts', [['const refusalTtl = 1_000;', 'const refusalTtl = 60_000;']], { test: 'test/session/cache.test.ts', pattern: 'C8' }),
  },
  {
    name: 'a 503 is remembered as a refusal',
    ...core('session/sessions.ts', [["if (state.state === 'unknown' || this.#log.isHeld(tags)) return false;", 'if (this.#log.isHeld(tags)) return false;'], ['else if (status === 401) this', 'else if (status !== 200) this']], { test: 'test/session/cache.test.ts', pattern: 'never believes' }),
  },
  {
    name: 'Ory-Session-Cache-For lengthens',
    ...core('session/cache.ts', [['Math.min(this.#ttl, cacheFor ?? Infinity,', 'Math.min(cacheFor ?? this.#ttl,']], { test: 'test/session/cache.test.ts', pattern: 'C4' }),
  },
  {
    name: 'an entry outlives its session',
    ...core('session/cache.ts', [['Math.min(session.expiresAt - wall, session', 'Math.min(wall, session']], { test: 'test/session/cache.test.ts', pattern: 'C5' }),
  },
  {
    name: 'a token is used again although Ory\'s bytes changed',
    ...core('session/cache.ts', [['session !== undefined && session.json === text.trim() ? session', "session !== undefined && text !== '' ? session"], ['if (entry.session?.json === session.json) return', 'if (entry.session !== undefined) return']], { test: 'test/session/cache.test.ts', pattern: 'C22' }),
  },
  {
    name: 'the number of cached sessions is not bounded',
    ...core('session/tagged-table.ts', [['this.#entries.size <= this.#maxEntries &&', 'this.#maxEntries > 0 &&']], { test: 'test/session/cache.test.ts', pattern: 'so many sessions' }),
  },
  {
    name: 'expiry of a session is ignored',
    ...core('session/whoami.ts', [["const isActive = session !== 'inactive' && session.expiresAt > now;", "const isActive = session !== 'inactive' && now > 0;"]], { test: 'test/session/whoami.test.ts', pattern: '^whoami' }),
  },
  {
    name: 'active: "true" counts as active',
    ...core('session/read-session.ts', [["if (value['active'] !== true) return", "if (!Boolean(value['active'])) return"]], { test: 'test/session/read-session.test.ts', pattern: 'A5' }),
  },
  {
    name: 'a cookie becomes a token on a cross-site POST',
    ...core('session/ambient.ts', [['if (origin === undefined) return site === undefined;', 'if (origin === undefined || site !== undefined) return true;']], { test: 'test/engine.test.ts', pattern: 'X10' }, { fuzz: true }),
  },
  {
    name: 'a protected path opens when Ory is down',
    ...core('pipeline/app.ts', [["case 'unknown':\n      return refuseUnknown(exchange, state);", "case 'unknown':\n      return forwardOptional(call, state, setCookies);"]], { test: 'test/engine.test.ts', pattern: 'on a protected path' }, { fuzz: true }),
  },
  {
    name: 'a token outlives its session',
    ...core('token/issue.ts', [['const expiresAt = Math.min(issuedAt + lifetime, Math.floor(session.expiresAt / 1_000));', 'const expiresAt = issuedAt + lifetime;']], { test: 'test/token/issue.test.ts', pattern: 'J4' }),
  },
  {
    name: 'a token is used again for another audience',
    ...core('token/issue.ts', [['return one === other || (one.length === other.length', 'return one === other || one.length !== other.length || (one.length === other.length']], { test: 'test/token/issue.test.ts', pattern: 'C20' }),
  },
  {
    name: 'short secrets are taken',
    ...core('token/keys.ts', [['const leastBytes = 32;', 'const leastBytes = 1;']], { test: 'test/token/keys.test.ts', pattern: 'deriveKeys' }),
  },
];
