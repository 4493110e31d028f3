/** Fields that frame a message, concern the next hop, or say where a request came from: what is written there would be lost or misread. */
const taken = /^(?:authorization|connection|cookie2?|date|expect|forwarded|host|http2-settings|keep-alive|origin|ory-proxy-session|path-info|referer|script-name|set-cookie|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|x-host|x-real-ip|x-request-id|x-script-name|x-session-token|true-client-ip|cf-connecting-ip|x-client-ip)$/;
const takenGroup = /^(?:accept|access-control-|content-|if-|proxy-|sec-|x-forwarded-|x-http-method|x-original-|x-rewrite-)/;

/** Whether a field name is `Authorization`, in any case. */
export function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

/** Why a field of that name cannot be one that only the proxy writes, or `undefined`; reads on after the option's name. */
export function findFieldProblem(name: string): string | undefined {
  // CGI and its descendants read `_` and `-` as one: a client could write the other spelling beside ours.
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return `has "${name}", which must be a field name of letters, digits and hyphens`;
  const lower = name.toLowerCase();
  return taken.test(lower) || takenGroup.test(lower) ? `has "${name}", a field that others write` : undefined;
}
