import { styleText } from 'node:util';
import type { ProxyEvent, RequestEvent } from '@ory-proxy/core';

type Style = Parameters<typeof styleText>[0];
/** A warning of the command itself has codes of its own. */
type PrettyEvent = Exclude<ProxyEvent, { type: 'warning' }> | { readonly type: 'warning'; readonly code: string; readonly message: string };

/** Lines for people. */
export interface PrettyLines {
  event(event: PrettyEvent, at: Date): string;
}

export function createPrettyLines(colors: boolean): PrettyLines {
  const paint = (style: Style, text: string): string => (colors ? styleText(style, text, { validateStream: false }) : text);
  const describe = (event: PrettyEvent): string => {
    switch (event.type) {
      case 'request': return describeRequest(event, paint);
      case 'warning': return `${paint('yellow', 'warning')} ${printable(event.message)} ${paint('dim', `(${event.code})`)}`;
      case 'whoami': return paint('dim', `whoami: ${event.outcome}, status ${event.status}, ${event.attempts} attempt${event.attempts === 1 ? '' : 's'}, ${formatDuration(event.duration)}`);
      case 'invalidation': return paint('dim', `sessions dropped: ${event.dropped} (${event.cause})`);
      case 'breaker': return `${paint('yellow', 'warning')} questions to Ory: ${breakerWords[event.state]}`;
    }
  };
  return { event: (event, at) => `${paint('dim', clockTime(at))} ${describe(event)}\n` };
}

const breakerWords = { open: 'stopped, it does not answer', half_open: 'one is tried', closed: 'it answers again' } as const;

function describeRequest(event: RequestEvent, paint: (style: Style, text: string) => string): string {
  const { method, path, status, duration, route, session, cache, code } = event;
  const decision = route === 'app' ? `${session}${cache === 'none' ? '' : `, cache ${cache}`}` : route === 'own' ? 'ory-proxy' : route;
  const what = code === undefined ? decision : `${decision}, ${code}`;
  return [
    paint('bold', printable(method).padEnd(6)),
    `${printable(path)}${event.queryNames.length > 0 ? paint('dim', '?…') : ''}`,
    paint(statusStyle(status), String(status)),
    paint('dim', formatDuration(duration)),
    paint(session === 'authenticated' ? 'green' : 'dim', what),
  ].join(' ');
}

function statusStyle(status: number): Style {
  return status >= 500 ? 'red' : status >= 400 ? 'yellow' : status >= 300 ? 'cyan' : 'green';
}

function formatDuration(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : milliseconds < 10_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function clockTime(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A client chooses these bytes; a terminal would obey some of them. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
