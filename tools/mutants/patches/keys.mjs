// Patches of keys that change while tokens are signed, of functions in options, and of what the app itself does to sessions.
const core = (file, edits, test, more) => ({ file: `packages/core/src/${file}`, edits, package: 'packages/core', ...test, ...more });
const node = (file, edits, test) => ({ file: `packages/node/src/${file}`, edits, package: 'packages/node', ...test });
const ring = { test: 'test/token/key-ring.test.ts', pattern: 'J8' };

export const keyPatches = [
  { name: 'a new key signs as soon as it is published', ...core('token/key-ring.ts', [['const leastPublished = 2 * jwksMaxAge;', 'const leastPublished = 0;']], ring) },
  { name: 'a key that signs no more is not published', ...core('token/key-ring.ts', [['if (until > now || key === active) continue;', 'if (key === active) continue;']], ring) },
  { name: 'a key that was taken away is published for ever', ...core('token/key-ring.ts', [['if (until > now || key === active) continue;', 'if (until > 0) continue;']], ring) },
  { name: 'the last token of a key outlives its publication', ...core('token/key-ring.ts', [['if (active !== before && !this.#given.includes(before)) this.#retired.set(before, now + this.#setup.tokenTtl);', '']], ring) },
  { name: 'a token of the old key is handed out after another signs', ...core('token/issue.ts', [['if (active !== signer.key) signer = createSigner(active);', '']], ring) },
  { name: 'a token is signed by another key than its header names', ...core('token/issue.ts', [['sign(text, usedSigner)', 'sign(text, { ...usedSigner, key: keys.current.all[0] })']], ring) },
  { name: 'the entity tag of the JWKS stays when its keys change', ...core('token/signing-keys.ts', [["etag: `\"${all.map(({ kid }) => kid.slice(0, 22)).join('.')}\"`", 'etag: `"${active.kid}"`']], ring) },
  { name: 'a broken key file is not told of', ...node('keys/watch-key-file.ts', [['if (!isStopped) listener.refused(', 'if (isStopped) listener.refused(']], { test: 'test/keys/watch-key-file.test.ts', pattern: 'T9' }) },
  { name: 'a key file is taken although others may write it by now', ...node('keys/watch-key-file.ts', [['const file = await readKeyFile(path);', "const file = { jwks: await (await import('node:fs/promises')).readFile(path, 'utf8'), version: seen };"]], { test: 'test/keys/watch-key-file.test.ts', pattern: 'T9' }) },
  { name: 'a key file is looked after for ever', ...node('keys/watch-key-file.ts', [['clearInterval(timer);', '']], { test: 'test/keys/watch-key-file.test.ts', pattern: 'is stopped' }) },
  { name: 'a claims function may take for ever', ...core('token/issue.ts', [['withTimeout(claims, options.whoamiTimeout, clock).then(join)', 'claims.then(join)']], { test: 'test/token/issue.test.ts', pattern: 'N7' }) },
  { name: 'a condition that rejects ends the process', ...core('rules/condition.ts', [['if (answer instanceof Promise) answer.catch(', 'if (answer instanceof Promise) void answer.finally(']], { test: 'test/rules/condition.test.ts', pattern: 'N7' }) },
  { name: 'a token survives the logout that came while it was made', ...core('session/cache.ts', [['if (this.#sessions.delete(key)) dropped++;', '']], { test: 'test/token/logout-while-signing.test.ts', pattern: 'C19' }) },
];
