// Patches of what one client may take, and of how long a socket may live.
const core = (file, edits, test) => ({ file: `packages/core/src/${file}`, edits, package: 'packages/core', ...test });
const node = (file, edits, test) => ({ file: `packages/node/src/${file}`, edits, package: 'packages/node', ...test });

export const limitPatches = [
  {
    name: 'a chunked body may be as long as it likes',
    ...core('http/body-limit.ts', [['if (bytes > limit) throw', 'if (bytes < 0) throw']], { test: 'test/http/body-limit.test.ts', pattern: 'too long' }),
  },
  {
    name: 'a body that became too long is sent to its end',
    ...node('request-body.ts', [['return void this.destroy(error as Error);', 'void error;']], { test: 'test/listener/limits.test.ts', pattern: 'chunked' }),
  },
  {
    name: 'connections beyond the limit are served',
    ...node('listener/server.ts', [['if (this.#connections.size >= this.#maxConnections) {', 'if (this.#connections.size < 0) {']], { test: 'test/listener/limits.test.ts', pattern: 'G4' }),
  },
  {
    name: 'a socket outlives a logout',
    ...core('session/sessions.ts', [['    this.#sockets.recheck(tags);\n', '']], { test: 'test/session/bound-sockets.test.ts', pattern: 'W14' }),
  },
  {
    name: 'a socket stays when nobody confirms its session after a logout',
    ...core('session/bound-sockets.ts', [["state.state === 'unknown' && !endsUnknown", "state.state === 'unknown'"]], { test: 'test/session/bound-sockets.test.ts', pattern: 'does not answer' }),
  },
  {
    name: 'a response may stop for ever',
    ...node('upstream/idle-watch.ts', [['> ticksPerTimeout) watched.onIdle();', '> ticksPerTimeout) this.remove(watched);']], { package: 'e2e', test: 'test/conformance/fault-matrix.test.ts', pattern: 'Ory answers$' }),
  },
  {
    name: 'a login loop goes on',
    ...core('pipeline/login-loop.ts', [['if (isReturn || isFlood) {', 'if (isFlood) {']], { test: 'test/pipeline/development.test.ts', pattern: 'names the cookie' }),
  },
];
