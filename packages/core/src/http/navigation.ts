import type { ProxyRequest } from '../message.ts';
import { readField } from './fields.ts';

/**
 * Whether a person waits for a page, who can be redirected to log in: Fetch metadata says so, or, where a browser sends none, `Accept`.
 * Only GET and HEAD are navigations: what another method carries would be lost on the way.
 */
export function isNavigation(request: ProxyRequest): boolean {
  if ((request.method !== 'GET' && request.method !== 'HEAD') || request.upgrade) return false;
  const mode = readField(request.fields, 'sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate';
  const destination = readField(request.fields, 'sec-fetch-dest');
  if (destination !== undefined) return destination === 'document' || destination === 'iframe' || destination === 'frame';
  return acceptsHtml(request);
}

/** Whether an error is better told as a page than as JSON. */
export function wantsHtml(request: ProxyRequest): boolean {
  if (request.upgrade) return false;
  const mode = readField(request.fields, 'sec-fetch-mode');
  return (mode === undefined || mode === 'navigate') && acceptsHtml(request);
}

/** Whether `Accept` names HTML, and not behind JSON: any-type ranges are what programs send. */
function acceptsHtml(request: ProxyRequest): boolean {
  const accept = readField(request.fields, 'accept');
  if (accept === undefined) return false;
  const html = readQuality(accept, 'text/html');
  return html > 0 && html >= readQuality(accept, 'application/json');
}

/** Quality of a media type that is named literally (RFC 9110 §12.5.1); 0 when it is not. */
function readQuality(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';');
    if (name.trim() !== type) continue;
    const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
    const value = quality === undefined ? 1 : Number(quality.trim().slice(2));
    return value >= 0 && value <= 1 ? value : 0;
  }
  return 0;
}
