import { describe, expect, it } from 'vitest';
import { parseSetCookie } from '../../contract/cookies.ts';
import { fields, type Answer } from '../../contract/http.ts';
import { isRecord } from '../../contract/json.ts';
import { findMask, masks } from '../../contract/replay/masks.ts';
import { loadRecordings } from '../../contract/replay/recording.ts';
import { replay } from '../../contract/replay/replay.ts';
import { scenes } from '../../contract/replay/scenes.ts';
import { isGiven, openTarget } from '../../contract/target.ts';

const recordings = loadRecordings();

// On a real Kratos only when it is started in the profile of the recordings too, new and of the recorded version.
describe.skipIf(isGiven('a') && !isGiven('d'))('what Kratos v26.2.0 answered', () => {
  it.each(recordings)('recording-$name is answered again', async (recording) => {
    await using target = await openTarget(recording.profile);
    const differences = await replay(recording, target);
    expect(differences, differences.join('\n')).toEqual([]);
  });
});

describe('the tables of the replay', () => {
  it('set scenes for recordings that exist', () => {
    const names = new Set(recordings.map(({ name }) => name));
    expect(Object.keys(scenes).filter((name) => !names.has(name))).toEqual([]);
  });

  it('mask nothing that was not recorded', () => {
    const texts = recordings.flatMap(({ exchanges }) => exchanges.flatMap(({ response }) => listTexts(response)));
    const used = new Set(texts.map(([path, text]) => findMask(path, text)));
    expect(masks.filter((mask) => !used.has(mask)).map(({ path }) => path)).toEqual([]);
  });
});

function listTexts(answer: Answer): (readonly [path: string, text: string])[] {
  const cookies = fields(answer, 'Set-Cookie').map((line) => parseSetCookie(line));
  return [
    ...answer.headers.map(([name, value]) => [`header.${name}`, value] as const),
    ...cookies.flatMap(({ name, value, attributes }) => [[`cookie.${name}`, value] as const, ...[...attributes].map(([key, text]) => [`cookie.${name}.${key}`, text] as const)]),
    ...(/^[{[]/u.test(answer.body) ? listLeaves('body', JSON.parse(answer.body)) : [['text', answer.body] as const]),
  ];
}

function listLeaves(path: string, value: unknown): (readonly [path: string, text: string])[] {
  return isRecord(value) ? Object.entries(value).flatMap(([key, item]) => listLeaves(`${path}.${key}`, item)) : [[path, String(value)]];
}
