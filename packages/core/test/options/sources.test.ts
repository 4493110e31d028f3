import { describe, expect, it } from 'vitest';
import { mergeSources } from '../../src/index.ts';

describe('mergeSources', () => {
  it('lets the first source win and says where each option came from', () => {
    const { options, from, hidden } = mergeSources([{ name: 'flag', options: { port: 1 } }, { name: 'environment', options: { port: 2, prefix: '/x' } }]);
    expect([...hidden]).toEqual([['port', 'environment']]);
    expect(options).toEqual({ port: 1, prefix: '/x' });
    expect(Object.fromEntries(from)).toEqual({ port: 'flag', prefix: 'environment' });
  });

  it('replaces all that lower sources say about where Ory is', () => {
    expect(mergeSources([{ name: 'flag', options: { oryUrl: 'http://a' } }, { name: 'file', options: { kratosUrl: 'http://b', uiUrl: 'http://c', keyFile: 'k' } }]).options)
      .toEqual({ oryUrl: 'http://a', keyFile: 'k' });
  });

  it('keeps two ways within one source, for the schema to refuse', () => {
    expect(mergeSources([{ name: 'file', options: { oryUrl: 'http://a', kratosUrl: 'http://b' } }]).options).toEqual({ oryUrl: 'http://a', kratosUrl: 'http://b' });
  });
});
