/**
 * The text of a member of JSON text that is known to be good, as it stands there: numbers beyond 53 bits and escapes survive, which
 * they do not when a value is parsed and written again. `undefined`: the text is no object, or has no such member. Of several members
 * of one name it is the last, which is the one that `JSON.parse` keeps.
 */
export function readMemberText(json: string, name: string): string | undefined {
  let at = skipSpace(json, 0);
  if (json[at] !== '{') return undefined;
  let found: string | undefined;
  for (at = skipSpace(json, at + 1); json[at] === '"';) {
    const nameEnd = skipString(json, at);
    const isIt = JSON.parse(json.slice(at, nameEnd)) === name; // escapes in names are legal
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = skipValue(json, start);
    if (isIt) found = json.slice(start, end);
    at = skipSpace(json, end);
    if (json[at] === ',') at = skipSpace(json, at + 1);
  }
  return found;
}

function skipSpace(json: string, at: number): number {
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++;
  return at;
}

function skipString(json: string, at: number): number {
  for (at++; json[at] !== '"'; at++) if (json[at] === '\\') at++;
  return at + 1;
}

function skipValue(json: string, at: number): number {
  if (json[at] === '"') return skipString(json, at);
  let depth = 0;
  for (; at < json.length; at++) {
    switch (json[at]) {
      case '"': at = skipString(json, at) - 1; break;
      case '{': case '[': depth++; break;
      case '}': case ']': if (--depth < 0) return at; if (depth === 0) return at + 1; break;
      case ',': case ' ': case '\n': case '\r': case '\t': if (depth === 0) return at;
    }
  }
  return at;
}
