/** What a shop says to whoever sends these headers; it asks Ory who that is. */
async function greet(oryUrl, headers) {
  const answer = await fetch(`${oryUrl}/sessions/whoami`, { headers });
  if (answer.status === 401) return 'Welcome, stranger.';
  const { identity } = await answer.json();
  return `Welcome back, ${identity.traits.name}.`;
}

module.exports = { greet };
