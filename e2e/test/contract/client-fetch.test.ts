import { expect, it } from 'vitest';
import { tellBrowserStory, tellNativeStory } from '../../contract/client-stories.ts';
import { openTarget } from '../../contract/target.ts';

it('serves the client of a browser: register, session, settings, log out, log in', async () => {
  expect.hasAssertions();
  await using target = await openTarget('a');
  await tellBrowserStory(target.url);
});

it('serves a native client: register, session, settings, log out, log in', async () => {
  expect.hasAssertions();
  await using target = await openTarget('a');
  await tellNativeStory(target.url);
});
