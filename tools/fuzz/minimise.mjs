// Takes away what a failing episode does not need: whole requests, then pieces of them, then runs of bytes.
import { toBytes } from './grammar/episodes.mjs';
import { checkLiveness, playEpisode } from './play.mjs';

const mostTries = 150;
const mostTime = 40_000;

/** @returns the smallest episode found that still shows a problem of that kind */
export async function minimise(world, { episode, kind }) {
  const until = Date.now() + mostTime;
  let tries = 0;
  let smallest = { ...episode, ceiling: 2500 };
  const attempt = async (requests) => {
    if (++tries > mostTries || Date.now() > until || requests.length === 0) return false;
    const candidate = { ...smallest, isLegal: kind === 'refused' && episode.isLegal, requests };
    const problems = [...await playEpisode(world, candidate), ...world.takeProblems(), ...await checkLiveness(world)];
    if (world.proxy.failure !== undefined) {
      await world.proxy.stop();
      await world.startProxy();
    }
    if (!problems.some((problem) => problem.kind === kind)) return false;
    smallest = candidate;
    return true;
  };
  for (let i = smallest.requests.length - 1; i >= 0; i--) await attempt(smallest.requests.filter((_, index) => index !== i));
  if (kind === 'refused') return smallest; // a part of a legal request need not be legal
  for (let size = 8; size >= 1; size = size >> 1) {
    for (let r = 0; r < smallest.requests.length; r++) {
      for (let at = smallest.requests[r].pieces.length - size; at >= 0; at -= size) {
        await attempt(smallest.requests.map((request, index) => (index === r ? { ...request, pieces: request.pieces.toSpliced(at, size) } : request)));
      }
    }
  }
  for (const cuts of [[Infinity]]) if (smallest.cuts !== cuts) await attemptCuts(cuts);
  return smallest;

  async function attemptCuts(cuts) {
    const before = smallest;
    smallest = { ...smallest, cuts };
    if (!await attempt(before.requests)) smallest = before;
  }
}

/** What to write on a socket, `¶` for CRLF. */
export function describe(episode, kind) {
  const shown = toBytes(episode.requests).toString('latin1').replace(/([a-z/])\1{30,}/g, (run, character) => `<${run.length} × ${character}>`);
  const packets = episode.cuts.includes(Infinity) ? 'at once' : `in packets of ${episode.cuts.join(', ')} bytes`;
  const plans = episode.requests.map(({ marker, plan }) => `${marker}: ${JSON.stringify(plan).slice(0, 200)}`).join('\n');
  return `smallest input with ${kind}, ${packets}, then ${episode.ending}:\n${JSON.stringify(shown).slice(1, -1).replaceAll('\\r\\n', '¶')}\nthe app answers:\n${plans}`;
}
