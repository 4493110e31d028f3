// A strict reader of what a client sent: the requests that an upstream may see, byte for byte, and where reading has to stop.
import { findDanger } from './readings.mjs';

/** Several spaces are one to Node's parser, as RFC 9112 §3 allows; the app gets one. */
const requestLine = /^([^ ]+) +([^ ]+) +(HTTP\/1\.[01])$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex -- control bytes are the point
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([^\x00-\x08\x0a-\x1f\x7f]*?)[\t ]*$/;
const hostValue = /^(?:(localhost|(?:[a-z0-9-]+\.)+localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3})\.?|(\[::1\]))(?::\d{1,5})?$/i;
const refusedMethods = ['TRACE', 'TRACK', 'DEBUG', 'CONNECT'];
const singleFields = ['authorization', 'x-session-token', 'content-type'];
// eslint-disable-next-line no-control-regex -- control bytes are the point
const chunkLine = /^([0-9a-f]{1,12})(?:[\t ]*;[^\x00-\x08\x0a-\x1f\x7f]*)?$/i;

export const valuesOf = (fields, name) => fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);

/**
 * @param {Buffer} bytes all that one connection sends
 * @returns `requests`: `{ method, target, path, fields, body, complete }` in order, the last one perhaps incomplete; `end`: `clean`,
 * `incomplete`, `refused` (from there on nothing may pass, and the connection must end) or `tunnel`; `reason` of a refusal, and whether
 * it is one of HEAD
 */
export function readConnection(bytes) {
  const requests = [];
  let at = 0;
  for (;;) {
    while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++; // RFC 9112 §2.2: empty lines before a request are skipped
    if (at >= bytes.length) return { requests, end: 'clean' };
    const headEnd = bytes.indexOf('\r\n\r\n', at, 'latin1');
    const head = bytes.subarray(at, headEnd < 0 ? bytes.length : headEnd).toString('latin1');
    if (headEnd < 0) return { requests, end: 'incomplete' };
    const read = readHead(head);
    if (typeof read === 'string') return { requests, end: 'refused', reason: read, isHead: head.startsWith('HEAD ') };
    const { request, framing } = read;
    at = headEnd + 4;
    if (isHandshake(request)) return { requests: [...requests, request], end: 'tunnel', rest: bytes.subarray(at) };
    requests.push(request);
    const body = framing === 'chunked' ? readChunks(bytes, at) : readLength(bytes, { at, length: framing });
    request.body = body.bytes;
    request.complete = body.end === 'clean';
    if (!request.complete) return { requests, end: body.end, reason: 'the chunks' };
    at = body.at;
  }
}

/** @returns why it is refused, or the request */
function readHead(head) {
  const lines = head.split('\r\n');
  if (lines.some((line) => /[\r\n]/.test(line))) return 'a bare CR or LF';
  const [, method = '', sent = '', version = ''] = requestLine.exec(lines[0]) ?? [];
  if (!token.test(method)) return 'the request line';
  if (refusedMethods.includes(method.toUpperCase())) return 'the method';
  const fields = [];
  for (const line of lines.slice(1)) {
    const match = fieldLine.exec(line);
    if (match === null) return `the line ${JSON.stringify(line.slice(0, 60))}`;
    fields.push([match[1], match[2]]);
  }
  const hosts = valuesOf(fields, 'host');
  if (hosts.length !== 1 || !hostValue.test(hosts[0])) return 'Host';
  if (fields.length > 200) return 'too many fields';
  if (singleFields.some((name) => valuesOf(fields, name).length > 1)) return 'a single field twice';
  if (valuesOf(fields, 'expect').some((value) => value.toLowerCase() !== '100-continue')) return 'Expect';
  const framing = readFraming(fields, version);
  if (framing === undefined) return 'the framing';
  const target = toPath(sent, hosts[0]);
  if (target === undefined) return 'the target';
  const path = target.split('?')[0];
  const danger = findDanger(path);
  if (danger !== undefined) return `the path: ${danger}`;
  return { request: { method, sent, target, path, version, fields, body: Buffer.alloc(0), complete: true }, framing };
}

function toPath(sent, host) {
  // eslint-disable-next-line no-control-regex -- control bytes are the point
  if (/[\x00-\x20\x7f-\xff#]/.test(sent)) return undefined;
  if (sent.startsWith('/')) return sent;
  const match = /^https?:\/\/([^/?]*)(.*)$/i.exec(sent);
  if (match === null) return sent === '*' ? '/*' : undefined; // OPTIONS * is answered by the proxy
  if (match[1].toLowerCase() !== host.toLowerCase()) return undefined;
  return match[2].startsWith('/') ? match[2] : `/${match[2]}`;
}

function readFraming(fields, version) {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) return undefined;
  if (codings.length === 1) return codings[0].toLowerCase() === 'chunked' && version === 'HTTP/1.1' ? 'chunked' : undefined;
  if (lengths.length === 0) return 0;
  return /^\d{1,15}$/.test(lengths[0]) ? Number(lengths[0]) : undefined;
}

function isHandshake({ method, fields }) {
  const isNominated = valuesOf(fields, 'connection').some((value) => value.toLowerCase().split(',').some((name) => name.trim() === 'upgrade'));
  return method === 'GET' && isNominated && valuesOf(fields, 'upgrade').join().toLowerCase() === 'websocket';
}

function readLength(bytes, { at, length }) {
  const end = Math.min(at + length, bytes.length);
  return { bytes: bytes.subarray(at, end), at: end, end: at + length <= bytes.length ? 'clean' : 'incomplete' };
}

function readChunks(bytes, start) {
  const chunks = [];
  let at = start;
  const result = (end) => ({ bytes: Buffer.concat(chunks), at, end });
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return result('incomplete');
    const size = chunkLine.exec(bytes.subarray(at, lineEnd).toString('latin1'));
    if (size === null) return result('refused');
    at = lineEnd + 2;
    const length = Number.parseInt(size[1], 16);
    if (length === 0) break;
    chunks.push(bytes.subarray(at, Math.min(at + length, bytes.length)));
    if (at + length > bytes.length) return result('incomplete');
    at += length;
    if (bytes.length - at < 2) return result('incomplete');
    if (bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) return result('refused');
    at += 2;
  }
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return result('incomplete');
    const line = bytes.subarray(at, lineEnd).toString('latin1');
    at = lineEnd + 2;
    if (line === '') return result('clean');
    if (!fieldLine.test(line) || /^(?:content-length|transfer-encoding):/i.test(line)) return result('refused');
  }
}
