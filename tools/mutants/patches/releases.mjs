// Patches of how one side is let go when the other has gone away: not at all, or only after seconds.
const node = (file, edits, test) => ({ file: `packages/node/src/${file}`, edits, package: 'packages/node', ...test });

/** Nothing but the proxy's own attention ends these exchanges: every time-out is minutes long. */
const matrix = { package: 'e2e', test: 'test/conformance/fault-matrix.test.ts', pattern: 'let go at once .* Ory answers$' };
const tunnel = { test: 'test/listener/vanished-peers.test.ts', pattern: 'W9|UpgradeSink|SocketTunnel' };
const late = (statement, milliseconds = 3_000) => `setTimeout(() => { ${statement} }, ${milliseconds});`;

export const releasePatches = [
  { name: 'a client that leaves is noticed late', ...node('listener/pipelining.ts', [['      this.#active?.abort();\n    });', `      ${late('this.#active?.abort();')}\n    });`]], matrix) },
  { name: 'an exchange is given up late', ...node('listener/response-sink.ts', [['    this.#exchange?.abort();\n', `    ${late('this.#exchange?.abort();')}\n`]], matrix) },
  { name: 'a request to an upstream is given up late', ...node('upstream/upstream-exchange.ts', [["    this.#abortUpstream?.(new OryProxyError('client_closed', 'nobody waits for the answer any more'));", `    ${late("this.#abortUpstream?.(new OryProxyError('client_closed', ''));")}`]], matrix) },
  { name: 'the failure of an upstream is told late', ...node('upstream/upstream-exchange.ts', [['queueMicrotask(() => { this.#failOrRepeat(error); });', late('this.#failOrRepeat(error);')]], matrix) },
  { name: 'a response that broke off ends late', ...node('listener/response-sink.ts', [['    else this.res.destroy();\n    this.#finish();', `    else ${late('this.res.destroy();')}\n    this.#finish();`]], matrix) },
  { name: 'the socket of a client that leaves during its handshake stays', ...node('listener/upgrade.ts', [['    this.#exchange?.abort();\n    this.#socket.destroy();', '    this.#exchange?.abort();']], { package: 'e2e', test: 'test/conformance/frames.test.ts', pattern: '\\(cli\\) W9' }) },
  { name: 'a handshake is given up late', ...node('listener/upgrade.ts', [['    this.#exchange?.abort();\n    this.#socket.destroy();', `    ${late('this.#exchange?.abort();', 30_000)}\n    this.#socket.destroy();`]], tunnel) },
  { name: 'a client that ends its side during its handshake is waited for', ...node('listener/upgrade.ts', [["this.#socket.on('end', this.#onGone).on('readable'", "this.#socket.on('readable'"]], tunnel) },
  { name: 'a refused handshake stays open when the refusal breaks off', ...node('listener/upgrade.ts', [['    if (\'resetAndDestroy\' in this.#socket', '    if (this.#isOver) return;\n    if (\'resetAndDestroy\' in this.#socket']], tunnel) },
  { name: 'a tunnel that opens for nobody stays', ...node('listener/upgrade.ts', [['if (this.#isOver || !isSocketTunnel(tunnel)) return tunnel.close();', 'if (this.#isOver || !isSocketTunnel(tunnel)) return;']], tunnel) },
  { name: 'the app\'s side of a tunnel stays', ...node('upstream/upgrade.ts', [['    this.#upstream.destroy();\n', '']], tunnel) },
  { name: 'the client\'s side of a tunnel stays', ...node('upstream/upgrade.ts', [['    this.#client?.destroy();\n', '']], tunnel) },
  { name: 'one side of a tunnel that breaks off leaves the other open', ...node('upstream/upgrade.ts', [['if (!closed.readableEnded) other.destroy();', '']], tunnel) },
  { name: 'a tunnel with one end open stays half open', ...node('upstream/upgrade.ts', [['const closingTime = ', 'const closingTime = 100 * ']], tunnel) },
  { name: 'a tunnel of which one side is gone already opens', ...node('upstream/upgrade.ts', [['    if (this.#upstream.destroyed || client.destroyed) return this.close();\n', '']], tunnel) },
];
