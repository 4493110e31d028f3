const { greet } = require('./greeting.js');

const { ORY_URL } = process.env;

test('greets by name who is logged in', async () => {
  expect(await greet(ORY_URL, { 'X-Session-Token': 'ory_st_adaadaadaadaadaadaadaadaadaada01' })).toBe('Welcome back, Ada.');
});

test('knows nobody by a token that was made up', async () => {
  expect(await greet(ORY_URL, { 'X-Session-Token': 'ory_st_evaevaevaevaevaevaevaevaevaeva01' })).toBe('Welcome, stranger.');
});

test('greets who has just registered', async () => {
  const post = async (path, body) => (await fetch(ORY_URL + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
  const flow = await (await fetch(`${ORY_URL}/self-service/registration/api`)).json();
  const { session_token: token } = await post(`/self-service/registration?flow=${flow.id}`, { method: 'password', traits: { email: 'bob@example.org', name: 'Bob' }, password: 'correct-horse-battery' });
  expect(await greet(ORY_URL, { 'X-Session-Token': token })).toBe('Welcome back, Bob.');
});
