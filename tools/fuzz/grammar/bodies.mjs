// Bodies that look like requests, framed in every legal way and in many others.

const contents = (marker) => [
  '', 'hi', `0\r\n\r\nGET /smuggled/${marker} HTTP/1.1\r\nHost: localhost\r\nX-A: b`, `GET /smuggled/${marker} HTTP/1.1\r\nHost: localhost\r\n\r\n`, `5c\r\nPOST /smuggled/${marker} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\nx=1\r\n0\r\n\r\n`,
  `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`, '\r\n\r\n', '\x00\xff\x80', 'a'.repeat(70_000), '{"session_token":"ory_st_x"}',
];
const extensions = ['', '', '', ';a=b', ';a', ';a="b c"'];
const brokenSizes = ['0x2', '-1', '0_2', '2 ', ' 2', '+2', '10000000000000002', '', '2\n', '2;\nxx', '2\x00', 'g', '2;a\x00', `2;${'x'.repeat(17_000)}`];
const trailers = ['X-T: 1', 'Authorization: Bearer forged', 'Cookie: ory_kratos_session=x', 'X-Forwarded-For: 6.6.6.6', 'Content-Length: 5', 'Transfer-Encoding: chunked', 'Host: evil.test', 'broken', 'X-T: 1\nX-U: 2'];

/** @returns `{ lines, pieces }`: field lines and the bytes after the head, in pieces that the minimiser may take away */
export function makeBody(random, { marker, method, isLegal }) {
  const usual = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? [[8, 'none'], [1, 'length'], [1, 'chunked']] : [[1, 'none'], [4, 'length'], [4, 'chunked']];
  const content = random.pick(contents(marker));
  switch (random.weighted(isLegal ? usual : [...usual, [2, 'both'], [1, 'short'], [2, 'broken chunks']])) {
    case 'none': return { lines: [], pieces: [] };
    case 'length': return { lines: [`Content-Length: ${content.length}`], pieces: [content] };
    case 'chunked': return { lines: [`Transfer-Encoding: ${random.pick(['chunked', 'Chunked'])}`], pieces: makeChunks(random, content, isLegal) };
    case 'both': return { lines: random.pick([['Content-Length: 4', 'Transfer-Encoding: chunked'], ['Transfer-Encoding: chunked', `Content-Length: ${content.length}`]]), pieces: [content] };
    case 'short': return { lines: [`Content-Length: ${content.length + random.between(-3, 3)}`], pieces: [content] };
    default: return { lines: ['Transfer-Encoding: chunked'], pieces: breakChunks(random, makeChunks(random, content, false)) };
  }
}

function makeChunks(random, content, isLegal) {
  const pieces = [];
  for (let at = 0; at < content.length;) {
    const size = Math.min(random.pick([1, 2, 7, 100, 40_000]), content.length - at);
    const hex = size.toString(16);
    pieces.push(`${random.pick([hex, hex.toUpperCase(), `000${hex}`])}${random.pick(extensions)}\r\n`, `${content.slice(at, at + size)}\r\n`);
    at += size;
    if (pieces.length > 40) return [...pieces, ...makeEnd(random, isLegal)];
  }
  return [...pieces, ...makeEnd(random, isLegal)];
}

function makeEnd(random, isLegal) {
  const some = random.chance(0.3) ? random.sample(isLegal ? trailers.slice(0, 2) : trailers, 2) : [];
  return ['0\r\n', ...some.map((line) => `${line}\r\n`), '\r\n'];
}

function breakChunks(random, pieces) {
  const at = random.below(pieces.length);
  return random.pick([
    () => pieces.with(at, `${random.pick(brokenSizes)}\r\n`), () => pieces.with(at, pieces[at].replace('\r\n', '\n')), () => pieces.with(at, pieces[at].replace('\r\n', 'XX')),
    () => pieces.slice(0, at), () => pieces.with(at, pieces[at].replace('\r\n', '\r')),
  ])();
}
