// What people do with an account, in a real browser, through the command.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canaries } from '../../fixtures/canaries.ts';
import { noChromium } from '../../fixtures/chromium.ts';
import { Journey } from '../../fixtures/journey.ts';

if (noChromium !== undefined) console.warn(`skipped: journeys in a browser. ${noChromium}`);

const { password } = canaries;
let count = 0;
const createEmail = (): string => `somebody-${++count}@example.org`;
const known = (email: string): object => ({ session: { active: true, identity: { traits: { email } } } });

describe.skipIf(noChromium !== undefined)('an account, in a browser', () => {
  let journey: Journey;
  /** Who has an account already, with a password. */
  let email: string;
  beforeAll(async () => { journey = await Journey.start(); });
  afterAll(async () => { await journey[Symbol.asyncDispose](); });
  beforeEach(async () => {
    await journey.begin();
    email = createEmail();
    journey.emulator.control.createIdentity({ traits: { email }, password, verified: true });
  });

  it('is registered, and the app knows it at once', async () => {
    const fresh = createEmail();
    await journey.visit('/.ory/proxy/registration?return_to=/welcome');
    await journey.submit('password', { 'traits.email': fresh, password });
    await journey.arrives('/welcome');
    expect(await journey.claims('/welcome')).toMatchObject(known(fresh));
    expect(journey.browser.foreign(journey.origin)).toEqual([]);
  });

  it('is not registered twice, nor with a bad password', async () => {
    await journey.visit('/.ory/proxy/registration');
    await journey.submit('password', { 'traits.email': email, password });
    await journey.sees(4000007);
    await journey.submit('password', { 'traits.email': createEmail(), password: 'short' });
    await journey.sees(4000032);
    expect(await journey.claimsAtHome()).toBeUndefined();
  });

  it('stays closed to a wrong password and opens with the right one, in the same form', async () => {
    await journey.logIn(email, 'wrong-horse-battery');
    await journey.sees(4000006);
    expect(await journey.page.locator('[name="identifier"]').inputValue()).toBe(email);
    await journey.submit('password', { password });
    await journey.arrives('/home');
    expect(await journey.claims('/home')).toMatchObject(known(email));
  });

  it('leads back to the page that asked for it, and nowhere else', async () => {
    await journey.visit('/recent/report?page=2&q=a%20b');
    await journey.submit('password', { identifier: email, password });
    await journey.arrives('/recent/report?page=2&q=a%20b');
    expect(await journey.claims('/recent/report?page=2&q=a%20b')).toMatchObject(known(email));

    await journey.begin();
    await journey.visit(`/.ory/proxy/login?return_to=${encodeURIComponent('https://evil.example/')}`);
    await journey.submit('password', { identifier: email, password });
    await journey.arrives('/');
    expect(journey.browser.foreign(journey.origin)).toEqual([]);
    await journey.begin();
    await journey.visit(`/.ory/self-service/login/browser?return_to=${encodeURIComponent('https://evil.example/')}`);
    expect(await journey.page.getByRole('alert').textContent()).toMatch(/not allowed|not allow-listed/i);
  });

  it('has a new e-mail address in the next token once the settings are saved', async () => {
    const changed = createEmail();
    await journey.logIn(email, password);
    await journey.arrives('/home');
    const before = await journey.claims('/home');
    await journey.visit('/.ory/proxy/settings');
    await journey.submit('profile', { 'traits.email': changed });
    await journey.arrives('/');
    expect(await journey.claims('/')).toMatchObject({ ...known(changed), sub: before?.['sub'] });
  });

  it('is left by a link', async () => {
    await journey.logIn(email, password);
    await journey.arrives('/home');
    await journey.visit('/.ory/proxy/logout?return_to=/bye');
    await journey.arrives('/bye');
    expect(await journey.claims('/bye')).toBeUndefined();
    expect(await journey.claimsAtHome()).toBeUndefined();
    const cookies = await journey.page.context().cookies();
    expect(cookies.map(({ name }) => name).filter((name) => name.includes('session'))).toEqual([]);
  });

  it('is left everywhere else by a button', async () => {
    const elsewhere = await journey.emulator.logIn(undefined, email, { origin: journey.origin });
    const statusElsewhere = async (): Promise<number> => (await fetch(`${journey.origin}/.ory/sessions/whoami`, { headers: elsewhere.headers })).status;
    await journey.logIn(email, password);
    await journey.arrives('/home');
    expect(await statusElsewhere()).toBe(200);
    await journey.visit('/.ory/ui/sessions');
    expect(await journey.page.getByTestId('other-sessions').textContent()).toBe('1 other session');
    await journey.page.getByTestId('revoke-others').click();
    await journey.page.getByTestId('other-sessions').filter({ hasText: '0 other sessions' }).waitFor();
    expect(await statusElsewhere()).toBe(401);
    expect(await journey.claimsAtHome()).toMatchObject(known(email));
  });

  it('is left everywhere else by the API, and the app hears of it at once', async () => {
    const elsewhere = await journey.emulator.logIn(undefined, email, { origin: journey.origin });
    const tokenElsewhere = async (): Promise<unknown> => {
      await (await fetch(`${journey.origin}/elsewhere`, { headers: elsewhere.headers })).text();
      return journey.claims('/elsewhere');
    };
    expect(await tokenElsewhere()).toMatchObject(known(email));
    await journey.logIn(email, password);
    await journey.arrives('/home');
    const others = await journey.page.evaluate(async () => (await fetch('/.ory/sessions')).json() as Promise<{ id: string }[]>);
    expect(others).toMatchObject([{ id: elsewhere.id }]);
    const csrf = await readCsrfToken(journey);
    const status = await journey.page.evaluate(async (token) => (await fetch('/.ory/sessions', { method: 'DELETE', headers: { 'X-CSRF-Token': token } })).status, csrf);
    expect(status).toBe(200);
    expect(await tokenElsewhere()).toBeUndefined();
    expect(await journey.claimsAtHome()).toMatchObject(known(email));
  });

  it('opens though the form had expired meanwhile, with a word about it', async () => {
    await journey.visit(`/.ory/proxy/login?return_to=/late`);
    const flow = new URL(journey.page.url()).searchParams.get('flow') ?? '';
    expect(journey.emulator.control.expireFlow(flow)).toBe(true);
    await journey.submit('password', { identifier: email, password });
    await journey.sees(4010001);
    expect(new URL(journey.page.url()).searchParams.get('flow')).not.toBe(flow);
    await journey.submit('password', { identifier: email, password });
    await journey.arrives('/late');
    expect(await journey.claims('/late')).toMatchObject(known(email));
  });
});

/** As a page of Ory's has it in its form. */
async function readCsrfToken({ page }: Journey): Promise<string> {
  return page.evaluate(async () => {
    const flow = await (await fetch('/.ory/self-service/settings/browser', { headers: { Accept: 'application/json' } })).json() as { ui: { nodes: { attributes: { name: string; value: string } }[] } };
    return flow.ui.nodes.find(({ attributes }) => attributes.name === 'csrf_token')?.attributes.value ?? '';
  });
}
