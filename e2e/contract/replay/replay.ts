import type { Answer, Sent } from '../http.ts';
import type { Target } from '../target.ts';
import { Bindings } from './bindings.ts';
import { compareAnswers } from './compare.ts';
import { isAdmin, type Exchange, type Recording } from './recording.ts';
import { scenes } from './scenes.ts';
import { Stage } from './stage.ts';

/** Sends what was recorded, with the values of this run, and returns every difference in the answers. */
export async function replay(recording: Recording, target: Target): Promise<string[]> {
  const bindings = new Bindings();
  const stage = new Stage(target, recording, bindings);
  const differences: string[] = [];
  for (const [step, exchange] of recording.exchanges.entries()) {
    await scenes[recording.name]?.[step]?.(stage);
    const answer = await sendAgain(target, exchange, bindings);
    const found = compareAnswers(exchange.response, answer, { bindings, now: target.now() });
    differences.push(...found.map((difference) => `${step} ${exchange.request.method} ${exchange.request.path}: ${difference}`));
  }
  return differences;
}

function sendAgain(target: Target, exchange: Exchange, bindings: Bindings): Promise<Answer> {
  const { method, path, headers, body } = exchange.request;
  const { 'Content-Length': length, ...others } = headers;
  const sent: Sent = {
    method,
    path: bindings.substitute(path),
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, bindings.substitute(value)])),
    ...(length === undefined ? {} : { body: bindings.substitute(body) }),
  };
  return isAdmin(exchange) ? target.callAdmin(sent) : target.call(sent);
}
