import { describe, expect, it } from 'vitest';
import { errorStatus, type ErrorCode } from '../../src/errors.ts';
import { createErrorResponse, type ErrorContext } from '../../src/http/error-response.ts';
import { readField, readFields } from '../../src/http/fields.ts';

const codes = Object.keys(errorStatus) as ErrorCode[]; // the table is the union's own source

function create(code: ErrorCode, context: Partial<ErrorContext> = {}): { status: number; fields: readonly string[]; text: string; bytes: number; reason: string } {
  const { head, body } = createErrorResponse({ code, status: errorStatus[code] }, { requestId: 'req-1', wantsHtml: false, ...context });
  return { ...head, text: new TextDecoder().decode(body), bytes: body.length };
}

describe('createErrorResponse', () => {
  it.each(codes)('tells %s as JSON in the shape of Ory', (code) => {
    const { status, fields, text, bytes, reason } = create(code);
    expect(status).toBe(errorStatus[code]);
    expect(JSON.parse(text)).toEqual({ error: { code: errorStatus[code], status: reason, id: code, message: expect.stringMatching(/\.$/), request_id: 'req-1' } });
    expect(reason).not.toBe('');
    expect(readField(fields, 'content-type')).toBe('application/json');
    expect(readField(fields, 'content-length')).toBe(String(bytes));
  });

  it.each(codes)('Z4: tells %s as a page without scripts, never stored and never sniffed', (code) => {
    const { fields, text, bytes, reason } = create(code, { wantsHtml: true });
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toContain(`<title>${errorStatus[code]} ${reason}</title>`);
    expect(text).toContain('req-1');
    expect(text).not.toMatch(/<script|javascript:|\son\w+=|https?:/i);
    expect(readField(fields, 'content-type')).toBe('text/html; charset=utf-8');
    expect(readField(fields, 'content-length')).toBe(String(bytes));
    expect(readField(fields, 'content-security-policy')).toContain("default-src 'none'");
    expect(bytes).toBeLessThan(4_096);
  });

  it.each([true, false])('Z4: is not cached, not sniffed and names the request (HTML: %s)', (wantsHtml) => {
    const { fields } = create('session_inactive', { wantsHtml });
    expect(readFields(fields, 'cache-control')).toEqual(['no-store']);
    expect(readFields(fields, 'x-content-type-options')).toEqual(['nosniff']);
    expect(readFields(fields, 'x-request-id')).toEqual(['req-1']);
    expect(readFields(fields, 'connection')).toEqual([]);
  });

  it('follows the system between light and dark', () => {
    const { text } = create('not_found', { wantsHtml: true });
    expect(text).toContain('color-scheme:light dark');
    expect(text).toContain('prefers-color-scheme:dark');
  });

  it('Z4: escapes what a trusted proxy chose as request id', () => {
    const { text } = create('not_found', { wantsHtml: true, requestId: `"><script>alert('&')</script>` });
    expect(text).toContain('&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;');
    expect(text).not.toContain('<script');
  });

  it('adds fields, closes where told, and puts members beside the error in JSON alone', () => {
    const context = { fields: ['Retry-After', '7'], close: true, extra: { redirect_browser_to: 'https://a/b' } };
    const json = create('session_aal2_required', context);
    expect(JSON.parse(json.text)).toMatchObject({ error: { id: 'session_aal2_required', code: 403 }, redirect_browser_to: 'https://a/b' });
    expect(readField(json.fields, 'retry-after')).toBe('7');
    expect(readField(json.fields, 'connection')).toBe('close');
    expect(create('session_aal2_required', { ...context, wantsHtml: true }).text).not.toContain('https://a/b');
  });
});
