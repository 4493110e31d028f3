#!/usr/bin/env node
// `npm run fuzz -- --seconds 60 --seed 1 [--episode 7] [--ignore kind]`: generated connections against the proxy until the time is up or
// something is wrong; then a reproducer as small as can be, and exit code 1. `--ignore` goes past what is known already.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checkLeaks } from './leaks.mjs';
import { describe, minimise } from './minimise.mjs';
import { makeEpisode } from './grammar/episodes.mjs';
import { checkLiveness, playEpisode } from './play.mjs';
import { World } from './world.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, episode: { type: 'string' }, parallel: { type: 'string', default: '8' }, ignore: { type: 'string', multiple: true, default: [] } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const seconds = Number(values.seconds);
const parallel = values.episode === undefined ? Number(values.parallel) : 1;
if (![seed, seconds, parallel].every((number) => Number.isSafeInteger(number) && number >= 0)) throw new Error('--seed, --seconds and --parallel are whole numbers');

const say = (text) => { process.stdout.write(`${text}\n`); };
const world = await World.start();
const setting = { seed, authority: world.authority, users: world.users.list };
say(`fuzz: seed ${seed}, ${seconds} s, ${parallel} connections at a time`);

/** Of all connections, how many may lose the race against an app that closes what it has kept open. */
const lostRaces = 0.002;
let races = 0;

const isNew = ({ kind }) => {
  if (kind === 'lost race') races += 1;
  return kind !== 'lost race' && !values.ignore.includes(kind);
};

/** Plays some episodes side by side. @returns `{ episode, problems }` of those that were not well, and what nobody is known for */
async function playBatch(numbers) {
  const episodes = numbers.map((n) => makeEpisode(setting, n));
  const results = await Promise.all(episodes.map(async (episode) => ({ episode, problems: (await playEpisode(world, episode)).filter(isNew) })));
  const common = [...world.takeProblems(), ...await checkLiveness(world)].filter(isNew);
  requests += episodes.reduce((sum, episode) => sum + episode.requests.length, 0);
  return { failed: results.filter(({ problems }) => problems.length > 0), common };
}

/** Each alone, to find out whose fault it is. */
async function findCulprit(numbers) {
  for (const n of numbers) {
    const { failed, common } = await playBatch([n]);
    const problems = [...failed.flatMap((result) => result.problems), ...common];
    if (problems.length > 0) return { n, problems };
  }
  return undefined;
}

async function report(numbers, { failed, common }) {
  const first = [...failed.flatMap(({ problems }) => problems), ...common];
  for (const { kind, message } of first.slice(0, 5)) say(`${kind}: ${message}`);
  if (world.proxy.failure !== undefined) {
    await world.proxy.stop();
    await world.startProxy();
    Object.assign(setting, { authority: world.authority });
  }
  const culprit = await findCulprit([...new Set([...failed.map(({ episode }) => episode.n), ...numbers])]);
  if (culprit === undefined) return say(`it does not happen when episodes ${numbers.join(', ')} are played one by one; repeat with --seed ${seed}`);
  const { n, problems: [problem] } = culprit;
  say(`episode ${n} alone: ${problem.kind}: ${problem.message}\nreplay: npm run fuzz -- --seed ${seed} --episode ${n}`);
  say(describe(await minimise(world, { episode: makeEpisode(setting, n), kind: problem.kind }), problem.kind));
}

let isFailed = false;
let played = 0;
let requests = 0;
const started = Date.now();
const leaks = await checkLeaks(world);
try {
  const first = values.episode === undefined ? 0 : Number(values.episode);
  const isOver = () => (values.episode === undefined ? Date.now() - started >= seconds * 1000 : played > 0);
  for (let n = first; !isOver() && !isFailed; n += parallel) {
    const numbers = Array.from({ length: parallel }, (_, i) => n + i);
    const result = await playBatch(numbers);
    played += parallel;
    isFailed = result.failed.length > 0 || result.common.length > 0;
    if (isFailed) await report(numbers, result);
    else if (played % 2000 < parallel) await leaks.note();
  }
  if (!isFailed) {
    const problems = await leaks.finish();
    if (races > Math.max(3, played * lostRaces)) problems.push({ kind: 'refused', message: `${races} requests that must not be sent twice got 502 for a connection that the app had closed` });
    for (const { kind, message } of problems) say(`${kind}: ${message}`);
    isFailed = problems.length > 0;
  }
  say(`${isFailed ? 'FAILED' : 'ok'}: ${played} connections, ${requests} requests in ${((Date.now() - started) / 1000).toFixed(1)} s; ${races} lost races, ${leaks.summary}`);
} finally {
  await world.stop();
}
process.exitCode = isFailed ? 1 : 0;
