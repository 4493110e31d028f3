// Ory is on the page's own origin: a plain fetch carries its cookie.
const response = await fetch('/.ory/sessions/whoami');
const session = response.ok ? await response.json() : undefined;
document.querySelector('#caller').textContent = session === undefined ? 'Nobody is logged in.' : `You are ${session.identity.traits.email}.`;
