// A client that adds nothing and hides nothing: fetch adds `Accept` and `sec-fetch-mode`, merges `Set-Cookie`, follows redirects.
import { request as httpRequest } from 'node:http';

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** In the order and case of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function send(origin: string, sent: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const request = httpRequest({ hostname, port, agent: false, method: sent.method ?? 'GET', path: sent.path, headers: withLength(sent) });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Uint8Array[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      response.on('end', () => resolve({
        status: response.statusCode ?? 0,
        statusText: response.statusMessage ?? '',
        headers: toPairs(response.rawHeaders),
        body: Buffer.concat(chunks).toString('utf8'),
      }));
    });
    request.end(sent.body);
  });
}

/** The values of a field, one for each line it had. */
export function fields(answer: Answer, name: string): string[] {
  return answer.headers.filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

export function field(answer: Answer, name: string): string | undefined {
  return fields(answer, name)[0];
}

function withLength(sent: Sent): Record<string, string> {
  if (sent.body === undefined && sent.method !== 'POST') return { ...sent.headers };
  return { ...sent.headers, 'Content-Length': String(Buffer.byteLength(sent.body ?? '')) };
}

function toPairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}
