// The client's side of an episode: writes its bytes in its packets, reads the answers strictly, and never waits longer than the ceiling.
import { once } from 'node:events';
import { connect } from 'node:net';
import { framingOf, MessageReader, ProtocolViolation, valuesOf } from './fixtures.mjs';

/** Milliseconds: nothing in a connection takes longer unless the proxy hangs. */
const usualCeiling = 10_000;
/** Packets that are written one by one; what is left goes at once. */
const mostPackets = 400;

/**
 * @param {{ port: number, bytes: Buffer, cuts: number[], ending: 'wait' | 'fin' | 'reset', stopAt: number, reference: object, ceiling?: number }} play
 * @returns `{ answers, tunnel, isClosed, isLate, violation }`; `isClosed`: the proxy ended the connection; `violation`: what came is no HTTP
 */
export async function playConnection({ port, bytes, cuts, ending, stopAt, reference, ceiling = usualCeiling }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => { /* 'close' follows */ });
  await once(socket, 'connect');
  const reading = readAnswers(socket, reference);
  const sent = ending === 'wait' ? bytes : bytes.subarray(0, Math.floor(bytes.length * stopAt));
  await write(socket, sent, cuts);
  if (ending === 'fin') socket.end();
  if (ending === 'wait' || ending === 'fin') await untilDone({ reading, reference, ending, ceiling });
  const isClosed = reading.isClosed;
  const closed = isClosed ? undefined : once(socket, 'close');
  if (ending === 'reset') socket.resetAndDestroy();
  else socket.destroy();
  await closed;
  return { ...reading, isClosed };
}

async function write(socket, bytes, cuts) {
  for (let at = 0, n = 0; at < bytes.length && socket.writable; n++) {
    const end = n < mostPackets ? Math.min(at + cuts[n % cuts.length], bytes.length) : bytes.length;
    socket.write(bytes.subarray(at, end));
    at = end;
    if (at < bytes.length) await new Promise(setImmediate);
  }
}

/** Until every request is answered, or, where reading had to stop, until the proxy ended the connection. */
async function untilDone({ reading, reference, ending, ceiling }) {
  const isDone = () => {
    if (reading.isClosed || reading.violation !== undefined) return true;
    if (reference.end === 'refused' || ending === 'fin') return false;
    const complete = reference.requests.filter((request) => request.complete).length;
    return reading.answers.length >= complete && (reference.end !== 'tunnel' || reading.tunnel.length >= reference.rest.length);
  };
  const timer = setTimeout(() => { reading.isLate = true; reading.wake(); }, ceiling);
  while (!isDone() && !reading.isLate) await new Promise((resolve) => { reading.wake = resolve; });
  clearTimeout(timer);
}

function readAnswers(socket, reference) {
  const reading = { answers: [], tunnel: Buffer.alloc(0), isClosed: false, isLate: false, violation: undefined, wake: () => {} };
  let interim = [];
  let answer;
  const reader = new MessageReader({
    head: ({ startLine, fields }) => {
      const match = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(startLine);
      if (match === null) throw new ProtocolViolation(`status line ${JSON.stringify(startLine)}`);
      const status = Number(match[1]);
      answer = { status, fields, chunks: [], interim, field: (name) => valuesOf(fields, name)[0] };
      if (status === 101) {
        reading.answers.push(answer);
        return { kind: 'tunnel' };
      }
      if (status < 200) return { kind: 'none' };
      const request = reference.requests[reading.answers.length];
      // The parser's refusal of a HEAD may have a body: it does not know the method, and the connection ends.
      const isBroken = status === 431 || (reference.end === 'refused' && request?.complete !== true);
      if (isBroken && (request?.method === 'HEAD' || reference.isHead === true)) return { kind: 'close' };
      if (request?.method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' };
      return framingOf(fields) ?? { kind: 'close' };
    },
    data: (chunk) => {
      if (answer.status === 101) reading.tunnel = Buffer.concat([reading.tunnel, chunk]);
      else answer.chunks.push(chunk);
    },
    end: () => {
      if (answer.status < 200) {
        interim = [...interim, answer.status];
        return;
      }
      reading.answers.push({ ...answer, body: Buffer.concat(answer.chunks).toString('latin1') });
      interim = [];
    },
  });
  const read = (work) => {
    if (reading.violation !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      reading.violation = error.message;
    }
  };
  socket.on('data', (chunk) => { read(() => { reader.push(chunk); }); reading.wake(); });
  socket.on('end', () => { read(() => { reader.close(); }); reading.isClosed = true; reading.wake(); });
  socket.on('close', () => { reading.isClosed = true; reading.wake(); });
  return reading;
}
