// Patches of which app a request reaches, and of what its host may add.
const core = (file, edits, test) => ({ file: `packages/core/src/${file}`, edits, package: 'packages/core', ...test });
const node = (file, edits, test) => ({ file: `packages/node/src/${file}`, edits, package: 'packages/node', ...test });

export const appPatches = [
  { name: 'forms of a path may lead to different apps', ...core('rules/decide.ts', [[' && one.to === other.to', '']], { test: 'test/rules/decide.test.ts', pattern: 'P30' }) },
  { name: 'the app of a rule is ignored', ...core('pipeline/app.ts', [['app: decision.to ?? app', 'app']], { package: 'e2e', test: 'test/conformance/apps.test.ts', pattern: 'reaches it with the token' }) },
  { name: 'an app of a rule keeps its internal origin', ...core('rewrite/location.ts', [['rehoming.apps.get(app.origin)', '[...rehoming.apps.values()][0]']], { test: 'test/rewrite/location.test.ts', pattern: 'app that answers' }) },
  { name: 'the app of a rule counts in a host', ...core('options/resolve.ts', [['const misplaced = standalone !== undefined ? []', 'const misplaced = standalone === undefined ? []']], { test: 'test/options/resolve.test.ts', pattern: 'app of a rule' }) },
  { name: 'a host grants other origins what Ory answers', ...node('in-process/host-response-sink.ts', [[' && !(isDecided && isGrant(name))', ' && !(isDecided && isGrant(name) && name === "")']], { package: 'e2e', test: 'test/vite/dev-server.test.ts', pattern: 'V5' }) },
];
