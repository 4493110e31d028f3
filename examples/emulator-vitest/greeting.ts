/** What a shop says to whoever sends these headers; it asks Ory who that is. */
export async function greet(oryUrl: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(`${oryUrl}/sessions/whoami`, { headers });
  if (answer.status === 401) return 'Welcome, stranger.';
  if (!answer.ok) return 'Welcome! Accounts are out of order, please come back later.';
  const { identity } = await answer.json() as { identity: { traits: { name?: string; email: string } } };
  return `Welcome back, ${identity.traits.name ?? identity.traits.email}.`;
}
