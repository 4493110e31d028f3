// Patches of how the app is told who calls, and of sessions that are kept while Ory is down.
const core = (file, edits, test) => ({ file: `packages/core/src/${file}`, edits, package: 'packages/core', ...test });

export const callerPatches = [
  {
    name: 'an identity field of a client passes',
    ...core('rewrite/to-app.ts', [['...rowsOf(options.identityHeaders.map(({ name }) => name.toLowerCase()), remove),', '']], { test: 'test/rewrite/to-app.test.ts', pattern: 'F2' }),
  },
  {
    name: 'a token field of a client passes',
    ...core('rewrite/to-app.ts', [['[options.tokenHeader.toLowerCase()]: remove,', '']], { test: 'test/rewrite/to-app.test.ts', pattern: 'another token field' }),
  },
  {
    name: 'a session token passes beside another token field',
    ...core('rewrite/to-app.ts', [['(stripSessionCredentials || !isPassed) && isSessionBearer', 'stripSessionCredentials && isSessionBearer']], { test: 'test/rewrite/to-app.test.ts', pattern: 'its own Authorization' }),
  },
  {
    name: 'an identity field holds control bytes',
    ...core('token/identity-fields.ts', [['value.length <= valueLimit && !unclear.test(value)', 'value.length <= valueLimit']], { test: 'test/token/identity-fields.test.ts', pattern: 'control byte' }),
  },
  {
    name: 'a kept session outlives its end',
    ...core('session/cache.ts', [['Math.min(fresh + this.#staleIfError, longest)', 'fresh + this.#staleIfError']], { test: 'test/session/stale.test.ts', pattern: 'past its end' }),
  },
  {
    name: 'a rule that wants a fresh answer gets a kept session',
    ...core('session/sessions.ts', [["lookup.state.state === 'unknown' && !fresh ?", "lookup.state.state === 'unknown' ?"]], { test: 'test/session/stale.test.ts', pattern: 'fresh answer' }),
  },
  {
    name: 'a session is kept although Ory ended it',
    ...core('session/sessions.ts', [["else if (status === 401) this.#cache.keepRefusal(result);\n    else this.#cache.forget(result);", '']], { test: 'test/session/stale.test.ts', pattern: 'believes Ory when it answers' }),
  },
  {
    name: 'a token of Ory is handed out until it ends',
    ...core('session/ory-token.ts', [['Math.min((life * 2) / 3, expiresAt - life / 3 - now)', 'expiresAt - now']], { test: 'test/session/tokenize.test.ts', pattern: 'past that' }),
  },
  {
    name: 'a session without the token that Ory was asked for passes',
    ...core('session/sessions.ts', [['this.#options.tokenizeAs !== undefined && session.tokenized === undefined ? undefined :', '']], { test: 'test/session/tokenize.test.ts', pattern: 'no answer' }),
  },
  {
    name: 'sessions of somebody unknown stay cached although Ory ended them',
    ...core('session/watch.ts', [['isDone && this.#reachesUnknown ? [...this.#held.flat(), everySession] : this.#held.flat()', 'this.#held.flat()']], { test: 'test/pipeline/others-sessions.test.ts', pattern: 'nobody authenticated' }),
  },
  {
    name: 'what is remembered does not depend on the template',
    ...core('session/credentials.ts', [['${withLength(options.tokenizeAs)}', '']], { test: 'test/advisories/GHSA-4mq7-pvjg-xp2r.test.ts', pattern: 'template' }),
  },
];
