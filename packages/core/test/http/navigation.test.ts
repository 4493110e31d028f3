import { describe, expect, it } from 'vitest';
import { isNavigation, wantsHtml } from '../../src/http/navigation.ts';
import { createRequest } from '../fakes.ts';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

describe('isNavigation', () => {
  it.each<[string, string[], boolean]>([
    ['Sec-Fetch-Mode: navigate', ['Sec-Fetch-Mode', 'navigate', 'Accept', browser], true],
    ['Sec-Fetch-Mode: navigate without Accept', ['Sec-Fetch-Mode', 'navigate'], true],
    ['Sec-Fetch-Mode: cors, whatever it accepts', ['Sec-Fetch-Mode', 'cors', 'Accept', browser], false],
    ['Sec-Fetch-Mode: no-cors', ['Sec-Fetch-Mode', 'no-cors', 'Sec-Fetch-Dest', 'document'], false],
    ['Sec-Fetch-Dest: document alone', ['Sec-Fetch-Dest', 'document'], true],
    ['Sec-Fetch-Dest: iframe alone', ['Sec-Fetch-Dest', 'iframe'], true],
    ['Sec-Fetch-Dest: empty alone', ['Sec-Fetch-Dest', 'empty', 'Accept', browser], false],
    ['a browser without Fetch metadata', ['Accept', browser], true],
    ['an API client', ['Accept', 'application/json'], false],
    ['a client that takes anything', ['Accept', '*/*'], false],
    ['a client that says nothing', [], false],
    ['a client that prefers JSON', ['Accept', 'application/json, text/html;q=0.5'], false],
    ['a client that refuses HTML', ['Accept', 'text/html;q=0, */*'], false],
    ['a client that likes both', ['Accept', 'application/json, text/html'], true],
    ['odd spelling', ['accept', 'TEXT/HTML ; charset=utf-8 ; q=0.9, application/json;q=0.1'], true],
    ['a quality that is none', ['Accept', 'text/html;q=x'], false],
    ['a look-alike', ['Accept', 'text/html5, xtext/html'], false],
  ])('judges %s', (_, fields, expected) => {
    expect(isNavigation(createRequest({ fields }))).toBe(expected);
    expect(isNavigation(createRequest({ fields, method: 'HEAD' }))).toBe(expected);
    expect(isNavigation(createRequest({ fields, method: 'POST' }))).toBe(false);
    expect(isNavigation(createRequest({ fields, upgrade: true }))).toBe(false);
  });
});

describe('wantsHtml', () => {
  it.each<[string, string[], boolean]>([
    ['a navigation', ['Sec-Fetch-Mode', 'navigate', 'Accept', browser], true],
    ['a script that accepts HTML', ['Sec-Fetch-Mode', 'cors', 'Accept', browser], false],
    ['a browser without Fetch metadata', ['Accept', browser], true],
    ['a client without Accept', [], false],
    ['a navigation that does not accept HTML', ['Sec-Fetch-Mode', 'navigate', 'Accept', 'application/json'], false],
  ])('judges %s, whatever the method', (_, fields, expected) => {
    expect(wantsHtml(createRequest({ fields }))).toBe(expected);
    expect(wantsHtml(createRequest({ fields, method: 'POST' }))).toBe(expected);
    expect(wantsHtml(createRequest({ fields, upgrade: true }))).toBe(false);
  });
});
