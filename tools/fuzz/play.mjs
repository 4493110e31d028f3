// Plays one episode and judges it.
import { playConnection } from './client.mjs';
import { toBytes } from './grammar/episodes.mjs';
import { judgeAnswers } from './oracles/answers.mjs';
import { readConnection } from './reference.mjs';

/** Milliseconds within which what a client left behind must be gone from the app's side. */
const releaseCeiling = 3000;

/** @returns everything that was wrong */
export async function playEpisode(world, episode) {
  const bytes = toBytes(episode.requests);
  episode.reference = readConnection(bytes);
  world.expect(episode);
  const { ending, cuts, stopAt, reference, ceiling } = episode;
  const played = await playConnection({ port: world.port, bytes, cuts, ending, stopAt, reference, ceiling });
  episode.problems.push(...judgeAnswers(episode, played));
  if (!await allWithin(episode.seen, releaseCeiling)) episode.problems.push({ kind: 'leak', message: `a request is still open at the app ${releaseCeiling} ms after its client left` });
  return episode.problems;
}

async function allWithin(promises, limit) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => { resolve(false); }, limit); });
  const isDone = await Promise.race([Promise.all(promises).then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

/** The proxy still serves. */
export async function checkLiveness(world) {
  const bytes = Buffer.from(`GET /ok HTTP/1.1\r\nHost: ${world.authority}\r\n\r\n`);
  const reference = readConnection(bytes);
  const { answers } = await playConnection({ port: world.port, bytes, cuts: [Infinity], ending: 'wait', stopAt: 1, reference })
    .catch((error) => ({ answers: [{ status: error.message }] }));
  return answers[0]?.status === 200 && answers[0].body === 'ok' ? [] : [{ kind: 'liveness', message: `GET /ok: ${answers[0]?.status ?? 'no answer'}` }];
}
