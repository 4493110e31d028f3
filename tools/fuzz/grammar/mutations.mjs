// Changes of a few bytes or lines in what was made by the grammar.

const bytes = ['\x00', '\x01', '\x0b', '\x0c', '\t', ' ', '\x7f', '\x80', '\xa0', '\xff', ':', ';', ',', '/', '\\', '%', '#', '?', '"', '0', '\r', '\n', '\r\n', '\r\n\r\n', '\n\n', '_', '.', '..', '\x85', '\xc2\xa0'];
const lines = [
  'Transfer-Encoding: chunked\r\n', 'Content-Length: 0\r\n', 'Content-Length: 3\r\n', 'Transfer-Encoding: xchunked\r\n', 'Host: evil.test\r\n', 'Host: localhost\r\n', 'Connection: close\r\n', '\r\n', '\n', 'Expect: 100-continue\r\n', 'Upgrade: websocket\r\n',
  'Connection: Upgrade\r\n', 'X-Forwarded-For: 6.6.6.6\r\n', 'Authorization: Bearer forged\r\n', '0\r\n', '0\r\n\r\n', '1\r\nZ\r\n',
];

const kinds = [
  (random, text) => { const at = random.below(text.length + 1); return text.slice(0, at) + random.pick(bytes) + text.slice(at); },
  (random, text) => { const at = random.below(text.length); return text.slice(0, at) + text.slice(at + 1); },
  (random, text) => { const at = random.below(text.length); return text.slice(0, at) + random.pick(bytes) + text.slice(at + 1); },
  (_random, text) => text.replace('\r\n', '\n'),
  (_random, text) => text.replace('\r\n', '\r'),
  (_random, text) => text.replace('\r\n', '\r\r\n'),
  (_random, text) => text.replace('\r\n', ' \r\n'),
  (_random, text) => text.replace(':', ' :'),
  (random, text) => text.replace(/\d+/, (digits) => String(Number(digits) + random.pick([-1, 1, 10]))),
  (random, text) => { const at = random.below(text.length); return text.slice(0, at) + (text[at] === text[at].toUpperCase() ? text[at].toLowerCase() : text[at].toUpperCase()) + text.slice(at + 1); },
  (random, text) => text.slice(0, random.below(text.length)),
  (_random, text) => text + text,
  (_random, text) => text.replaceAll('-', '_'),
  () => '',
  (random, text) => text + random.pick(lines),
];

/** Changes one to four pieces of the requests, in place. Long pieces are bodies; heads are more rewarding. */
export function mutate(random, requests) {
  for (let i = random.weighted([[6, 1], [2, 2], [1, 4]]); i > 0; i--) {
    const { pieces } = random.pick(requests);
    const at = random.below(Math.min(pieces.length, 24));
    const how = random.weighted([[1, 'double'], [1, 'move'], [8, 'change']]);
    if (how === 'double') pieces.splice(at, 0, pieces[random.below(pieces.length)]);
    else if (how === 'move') pieces.push(...pieces.splice(at, 1));
    else if (pieces[at].length > 0) pieces[at] = random.pick(kinds)(random, pieces[at]);
  }
}
