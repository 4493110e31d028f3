// How people prove anew, or better, who they are: in a real browser, through the command.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTotpCode } from '../../contract/totp.ts';
import { canaries } from '../../fixtures/canaries.ts';
import { noChromium } from '../../fixtures/chromium.ts';
import { Journey } from '../../fixtures/journey.ts';

if (noChromium !== undefined) console.warn(`skipped: journeys in a browser. ${noChromium}`);

const { password } = canaries;
const newPassword = `${password}-2`;
let count = 0;
const createEmail = (): string => `someone-${++count}@example.org`;
const aal = (level: string): object => ({ session: { authenticator_assurance_level: level } });

describe.skipIf(noChromium !== undefined)('who it is, in a browser', () => {
  let journey: Journey;
  let email: string;
  // Ory's time runs three hours late at first, so that a login can be long ago for a proxy that keeps its own.
  beforeAll(async () => { journey = await Journey.start({ emulator: { clock: () => Date.now() - 3 * hour } }); });
  afterAll(async () => { await journey[Symbol.asyncDispose](); });
  beforeEach(async () => {
    await journey.begin();
    email = createEmail();
    journey.emulator.control.createIdentity({ traits: { email }, password });
  });

  it('is asked for again where a rule wants a recent login, and by Ory before a password changes', async () => {
    await journey.logIn(email, password);
    await journey.arrives('/home');
    journey.emulator.control.advance(3 * hour);
    await journey.visit('/recent/report');
    expect(new URL(journey.page.url()).pathname).toBe('/.ory/ui/login');
    await journey.sees(1010003);
    await journey.submit('password', { password: 'wrong-horse-battery' });
    await journey.sees(4000006);
    await journey.submit('password', { password });
    await journey.arrives('/recent/report');
    const claims = await journey.claims('/recent/report');
    expect(claims).toMatchObject({ session: { identity: { traits: { email } } } });

    journey.emulator.control.advance(2 * hour);
    await journey.visit('/.ory/proxy/settings?return_to=/changed');
    await journey.submit('password', { password: newPassword });
    await journey.sees(1010003);
    await journey.submit('password', { password });
    await journey.arrives('/changed');
    await journey.begin();
    await journey.logIn(email, password);
    await journey.sees(4000006);
    await journey.submit('password', { password: newPassword });
    await journey.arrives('/home');
  });

  it('is proved by a second factor, once there is one, where a rule wants it', async () => {
    await journey.logIn(email, password);
    await journey.arrives('/home');
    expect(await journey.claims('/home')).toMatchObject(aal('aal1'));

    await journey.visit('/.ory/proxy/settings?return_to=/linked');
    const secret = await journey.page.getByTestId('node/text/totp_secret_key').textContent() ?? '';
    await journey.submit('totp', { totp_code: '000000' });
    await journey.sees(4000008);
    await journey.submit('totp', { totp_code: createTotpCode(secret, journey.emulator.control.now()) });
    await journey.arrives('/linked');

    await journey.visit('/.ory/proxy/logout?return_to=/home');
    await journey.arrives('/home');
    await journey.logIn(email, password);
    await journey.sees(1010004);
    expect(await journey.claimsAtHome()).toBeUndefined(); // whoami wants the second factor that there is
    await journey.visit('/secure/vault?id=7');
    await journey.sees(1010004);
    await journey.submit('totp', { totp_code: createTotpCode(secret, journey.emulator.control.now()) });
    await journey.arrives('/secure/vault?id=7');
    expect(await journey.claims('/secure/vault?id=7')).toMatchObject(aal('aal2'));
    expect(await journey.claimsAtHome()).toMatchObject(aal('aal2'));
    expect(journey.browser.foreign(journey.origin)).toEqual([]);
  });

  it('is recovered by a code, with a new password', async () => {
    await journey.visit('/.ory/proxy/login');
    await journey.page.getByTestId('recovery-link').click();
    await journey.submit('code', { email });
    await journey.sees(1060003);
    await journey.submit('code', { code: '000000' });
    await journey.sees(4060006);
    await journey.submit('code', { code: journey.code(email) });
    await journey.sees(1060001);
    await journey.submit('password', { password: newPassword });
    await journey.sees(1050001);
    expect(await journey.claimsAtHome()).toMatchObject({ session: { identity: { traits: { email } } } });

    await journey.begin();
    await journey.logIn(email, newPassword);
    await journey.arrives('/home');
    expect(journey.browser.foreign(journey.origin)).toEqual([]);
  });

  it('has its address verified by a code that the dev page shows', async () => {
    await journey.logIn(email, password);
    await journey.arrives('/home');
    const addresses = (verified: boolean): object => ({ session: { identity: { verifiable_addresses: [{ value: email, verified }] } } });
    expect(await journey.claims('/home')).toMatchObject(addresses(false));
    await journey.visit(`/.ory/self-service/verification/browser?return_to=${encodeURIComponent(`${journey.origin}/verified`)}`);
    await journey.submit('code', { email });
    await journey.sees(1080003);

    const outbox = await journey.page.context().newPage();
    await outbox.goto(`${journey.origin}/.ory/ui/outbox`);
    const message = outbox.getByTestId('outbox/message').filter({ hasText: email });
    const code = await message.getByTestId('outbox/code').textContent() ?? '';
    await outbox.close();

    await journey.submit('code', { code: '000000' });
    await journey.sees(4070006);
    await journey.submit('code', { code });
    await journey.sees(1080002);
    await journey.page.getByTestId('node/anchor/continue').click();
    await journey.arrives('/verified');
    await journey.begin();
    await journey.logIn(email, password);
    await journey.arrives('/home');
    expect(await journey.claims('/home')).toMatchObject(addresses(true));
  });
});

const hour = 3_600_000;
