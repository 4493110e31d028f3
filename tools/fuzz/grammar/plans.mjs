// How the app answers a request, chosen when the request is made. Every answer names its request in X-Echo.

const everyday = [
  [8, { how: 'length' }], [4, { how: 'chunked' }], [2, { how: 'until close' }], [2, { how: 'length', delay: 15 }], [2, { how: 'length', interim: [103] }], [1, { how: 'length', interim: [102, 103, 103] }],
  [1, { how: 'length', status: 204 }], [1, { how: 'length', status: 304 }], [2, { how: 'length', status: 404 }], [1, { how: 'length', status: 500 }], [1, { how: 'length', status: 302 }], [1, { how: 'trailers' }],
  [1, { how: 'length', size: 300_000 }],
];
const odd = [
  [3, { how: 'length', isEarly: true }], [2, { how: 'length', isEarly: true, status: 413, ends: true }], [1, { how: 'chunked', isEarly: true }],
  [1, { how: 'length', surplus: true }], [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!' }],
  [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello' }], [1, { how: 'raw', raw: 'SSH-2.0-x\r\n' }], [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\nContent-Length: 0\n\n' }],
  [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n' }], [1, { how: 'raw', raw: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n' }], [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab', ends: true }],
  [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', ends: true }], [1, { how: 'raw', raw: 'HTTP/1.1 2', ends: true }], [1, { how: 'raw', raw: '', ends: true }], [1, { how: 'reset' }],
  [1, { how: 'raw', raw: 'HTTP/1.1 200 OK\r\nX-A: b\x00\r\nContent-Length: 0\r\n\r\n' }], [1, { how: 'raw', raw: `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(40_000)}\r\nContent-Length: 0\r\n\r\n` }],
  [1, { how: 'length', interim: Array.from({ length: 40 }, () => 103) }],
];

export const makePlan = (random, isLegal) => random.weighted(isLegal || random.chance(0.6) ? everyday : odd);

/** What the app's socket is to write; `undefined`: it is reset. */
export function writePlan({ how, status = 200, size, interim = [], surplus, raw }, { method, marker }) {
  if (how === 'reset') return undefined;
  if (how === 'raw') return raw;
  const body = size === undefined ? `for ${marker}` : 'b'.repeat(size);
  const hints = interim.map((code) => `HTTP/1.1 ${code} Hint\r\nLink: </x>\r\n\r\n`).join('');
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  const head = `${hints}HTTP/1.1 ${status} Whatever\r\nX-Echo: ${marker}\r\nContent-Type: text/plain\r\n${status === 302 ? 'Location: /elsewhere\r\n' : ''}`;
  const more = surplus === true ? 'HTTP/1.1 200 Surplus\r\nX-Echo: surplus\r\nContent-Length: 7\r\n\r\nsurplus' : '';
  if (status === 204) return `${head}\r\n`;
  switch (how) {
    case 'length': return `${head}Content-Length: ${body.length}\r\n\r\n${hasBody ? body : ''}${more}`;
    case 'until close': return `${head}\r\n${hasBody ? body : ''}`;
    default: return `${head}Transfer-Encoding: chunked\r\n\r\n${hasBody ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n${how === 'trailers' ? 'X-T: 1\r\nSet-Cookie: evil=1\r\n' : ''}\r\n` : ''}`;
  }
}

/** What a client gets for it, if nothing is wrong with the request. */
export const statusOf = ({ status = 200 }) => status;

/** Whether the app's connection ends after it. */
export const endsConnection = ({ how, ends }) => how === 'until close' || ends === true;
