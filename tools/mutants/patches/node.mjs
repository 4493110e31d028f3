// Patches of listener, connections to upstreams, and key files.
const node = (file, edits, test, more) => ({ file: `packages/node/src/${file}`, edits, package: 'packages/node', ...test, ...more });

export const nodePatches = [
  {
    name: 'pipelined requests are served at once',
    ...node('listener/pipelining.ts', [['if (this.#active === undefined && this.#ahead.length === 0 && this.#host.handle !== undefined && !this.#isSending()) return', 'if (this.#host.handle !== undefined) return']], { test: 'test/listener/pipelining.test.ts', pattern: 'R29' }, { fuzz: true }),
  },
  {
    name: 'upstream requests are not given up when the client leaves',
    ...node('listener/pipelining.ts', [['      this.#ahead.length = 0;\n      this.#active?.abort();', '      this.#ahead.length = 0;']], { test: 'test/listener/pipelining.test.ts', pattern: 'gives up the upstream request' }, { fuzz: true }),
  },
  {
    name: 'bytes that the parser skipped are followed by requests',
    ...node('listener/pipelining.ts', [['if (req instanceof ReceivedRequest && req.hasSkippedBytes) this.#isBroken = true;', '']], { test: 'test/listener/server.test.ts', pattern: 'hides behind' }),
  },
  {
    name: 'the lenient parser of Node is used',
    ...node('listener/server.ts', [['insecureHTTPParser: false,', 'insecureHTTPParser: true,']], { test: 'test/listener/server.test.ts', pattern: 'Listener' }, { fuzz: true }),
  },
  {
    name: 'a connection stays after an early answer',
    ...node('listener/response-sink.ts', [['this.#owner.isClosing || this.#hasUnreadBody() ||', 'this.#owner.isClosing ||']], { test: 'test/listener/response-sink.test.ts', pattern: 'U14|U15' }),
  },
  {
    name: 'a connection is closed on what its client still sends',
    ...node('listener/lingering-close.ts', [['discardInput(socket);', 'socket.destroySoon?.();']], { test: 'test/listener/pipelining.test.ts', pattern: 'delivers an answer whole' }),
  },
  {
    name: 'a last response is not lingered after',
    ...node('listener/response-sink.ts', [['if (!res.shouldKeepAlive || this.isFinal', 'if (this.isFinal']], { test: 'test/listener/pipelining.test.ts', pattern: 'delivers an answer whole' }),
  },
  {
    name: 'a handshake sent ahead cuts the answer before it',
    ...node('listener/server.ts', [['return connection.refuseHandshake();', 'return void socket.destroy();']], { test: 'test/listener/pipelining.test.ts', pattern: 'delivers an answer whole' }),
  },
  {
    name: 'half a response passes for whole',
    ...node('listener/response-sink.ts', [['    else this.res.destroy();\n    this.#finish();', '    else this.res.end();\n    this.#finish();']], { test: 'test/listener/response-sink.test.ts', pattern: 'U4' }),
  },
  {
    name: 'trailers of an answer are merged into its body',
    ...node('upstream/upstream-exchange.ts', [['onComplete(): void {\n    if (this.#isOver) return;\n', 'onComplete(raw: unknown): void {\n    if (this.#isOver) return;\n    for (const part of raw as Buffer[] ?? []) this.#sink.data(part);\n']], { test: 'test/upstream/transport.test.ts', pattern: 'U27' }, { fuzz: true }),
  },
  {
    name: 'an answer that is coded in an unknown way is passed',
    ...node('upstream/response-head.ts', [['isMisframed = ++codings > 1 ||', 'isMisframed = ++codings > 9 &&']], { package: 'e2e', test: 'test/conformance/upstream.test.ts', pattern: 'U3' }),
  },
  {
    name: 'somebody is asked for a client that is gone',
    ...node('listener/request.ts', [['destroyed || (remoteAddress === undefined && localAddress !== undefined)', 'false && destroyed && remoteAddress === localAddress']], { package: 'e2e', test: 'test/conformance/frames.test.ts', pattern: 'W9' }),
  },
  {
    name: 'a POST is repeated',
    ...node('upstream/upstream-exchange.ts', [["new Set(['GET', 'HEAD', 'OPTIONS'])", "new Set(['GET', 'HEAD', 'OPTIONS', 'POST'])"], ['&& this.#body === null && repeatable', '&& repeatable']], { test: 'test/upstream/connections.test.ts', pattern: 'U29' }),
  },
  {
    name: 'a request is repeated on a new connection',
    ...node('upstream/upstream-exchange.ts', [['if (!isRepeatable || !isSafeToRepeat(error)) return', 'if (!isRepeatable) return']], { test: 'test/upstream/connections.test.ts', pattern: 'not happen on a new connection' }),
  },
  {
    name: 'any number of interim answers is relayed',
    ...node('upstream/upstream-exchange.ts', [['const informationalLimit = 16;', 'const informationalLimit = 100_000;']], { test: 'test/upstream/transport.test.ts', pattern: 'U10' }, { fuzz: true }),
  },
  {
    name: 'connections are not replaced after a refusal of undici',
    ...node('upstream/upstream-exchange.ts', [['if (isRefusal(error)) {', 'if (isRefusal(error) && this.#isOver) {']], { test: 'test/upstream/connections.test.ts', pattern: 'are replaced when undici refuses' }),
  },
  {
    name: 'a key file that others may write is taken',
    ...node('keys/key-file.ts', [['(Number(mode) & foreignWrite) !== 0', '(Number(mode) & foreignWrite) < 0']], { test: 'test/keys/key-file.test.ts', pattern: 'T2: refuses a file that others' }),
  },
  {
    name: 'a key file is made that others may read',
    ...node('keys/key-file.ts', [["await open(beside, 'wx', 0o600)", "await open(beside, 'wx', 0o644)"]], { test: 'test/keys/key-file.test.ts', pattern: 'T1' }),
  },
  {
    name: 'of two starting processes the second overwrites the key',
    ...node('keys/key-file.ts', [['await link(existing, path);', "await (await import('node:fs/promises')).copyFile(existing, path);"]], { test: 'test/keys/key-file.test.ts', pattern: 'T3' }),
  },
];
