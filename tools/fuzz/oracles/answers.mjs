// Whether a client got the answers that are due to it: each to its own request, in order, well-formed, and an end where nothing more may come.

/** @returns the problems `{ kind, message }` of an episode that was played; `played` is what the client saw */
export function judgeAnswers(episode, played) {
  return [...judge(episode, played)].map(([kind, message]) => ({ kind, message }));
}

function* judge(episode, { answers, tunnel, isClosed, isLate, violation }) {
  const { reference, requests, ending, isLegal } = episode;
  if (isLate) yield ['hang', `${answers.length} answers to ${reference.requests.length} requests, then nothing (${reference.end})`];
  if (violation !== undefined && !mayBeCut(episode, violation)) yield ['answer', violation];
  const most = reference.requests.length + (reference.end === 'clean' || reference.end === 'tunnel' ? 0 : 1);
  const closing = answers.findIndex((answer) => answer.field('connection')?.toLowerCase() === 'close');
  if (closing >= 0 && closing < answers.length - 1) yield ['answer after close', `${answers.length - 1 - closing} answers after one with Connection: close`];
  else if (answers.length > most) yield ['desync', `${answers.length} answers to ${most} requests`];
  for (const [i, answer] of answers.entries()) yield* judgeAnswer(answer, reference.requests[i], requests);
  if (ending === 'wait' && reference.end === 'refused' && !isClosed) yield ['open connection', `it is open after what must be refused (${reference.reason})`];
  if (reference.end === 'tunnel' && answers.at(-1)?.status === 101 && ending === 'wait' && !tunnel.equals(reference.rest)) yield ['answer', 'the tunnel does not give back what was sent'];
  if (isLegal) yield* judgeLegal(episode, answers);
}

function* judgeAnswer(answer, request, requests) {
  const echo = answer.field('x-echo');
  if (echo === 'surplus') yield ['desync', 'an answer that the app gave nobody'];
  if (echo !== undefined && request !== undefined && !request.target.includes(echo)) yield ['desync', `the answer for ${echo} came for ${request.target.slice(0, 60)}`];
  const plan = requests.find(({ marker }) => marker === echo)?.plan;
  if (answer.status === 500 && plan?.status !== 500) yield ['defect', '500'];
  if (answer.field('set-cookie') === 'evil=1') yield ['answer', 'a trailer became a field'];
  if (answer.interim.length > 17) yield ['answer', `${answer.interim.length} interim answers`];
  const isEmpty = request?.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  if (echo === undefined || plan === undefined || isEmpty) return;
  const expected = plan.size === undefined ? `for ${echo}` : 'b'.repeat(plan.size);
  if (answer.body !== undefined && plan.how !== 'raw' && answer.body !== expected) yield ['answer', `the body for ${echo} is ${JSON.stringify(answer.body.slice(0, 60))}`];
}

/** Everything legal passes, and is answered as the app answered. */
function* judgeLegal({ requests, reference }, answers) {
  // A refusal may end the connection where the request's body was not read.
  const isEnded = answers.at(-1)?.status >= 400 && answers.at(-1).field('connection')?.toLowerCase() === 'close';
  if (answers.length < requests.length && !isEnded) yield ['refused', `${answers.length} answers to ${requests.length} legal requests`];
  for (const [i, { marker, status }] of requests.entries()) {
    const answer = answers[i];
    if (answer === undefined || status === undefined) continue;
    // Its connection was closed by the app in that very moment, and it must not be sent twice.
    if (answer.status === 502 && !isRepeatable(reference.requests[i]) && tellsReset(reference.requests[i], answer)) yield ['lost race', marker];
    else if (answer.status !== status) yield ['refused', `${answer.status} instead of ${status} for ${marker}: ${answer.body?.slice(0, 200)}`];
  }
}

function isRepeatable({ method, fields }) {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method) && !fields.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
}

/** The answer to HEAD is the same, without its text. */
function tellsReset({ method }, { body }) {
  return method === 'HEAD' || body.includes('"upstream_reset"');
}

/** An answer may be cut when its app broke it off, or the client went away. */
function mayBeCut({ ending, requests }, violation) {
  if (!violation.startsWith('the connection ended in the middle')) return false;
  return ending !== 'wait' || requests.some(({ plan }) => plan.how === 'raw' || plan.isEarly === true);
}
