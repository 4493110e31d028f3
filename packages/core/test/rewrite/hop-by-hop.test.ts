import { describe, expect, it } from 'vitest';
import { createFieldTable } from '../../src/rewrite/field-table.ts';
import { connectionNominated, hopByHopRows, isHopByHop, removeHopByHop, removeNominated, type Hop } from '../../src/rewrite/hop-by-hop.ts';

describe('isHopByHop', () => {
  it.each(['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'])('knows %s', (name) => {
    expect(isHopByHop(name)).toBe(true);
  });
  it('leaves end-to-end fields alone', () => {
    expect(['authorization', 'content-length', 'host', 'via'].filter(isHopByHop)).toEqual([]);
  });
});

describe('connectionNominated', () => {
  it.each([[['Connection', 'keep-alive']], [['Connection', 'close, Keep-Alive, TE']], [['X-Connection', 'X-Foo']], [[]], [['Connection', ' , ,']]])('finds none in %j', (fields) => {
    expect(connectionNominated(fields)).toBeUndefined();
  });
  it('reads all Connection fields, in any case', () => {
    expect(connectionNominated(['connection', 'close, X-Foo', 'CONNECTION', ' x-bar ,,'])).toEqual(new Set(['x-foo', 'x-bar']));
  });
});

describe('removeHopByHop', () => {
  it('U12: removes what Connection names as well, wherever it stands', () => {
    const fields = ['X-Hop', '1', 'Connection', 'X-Hop', 'Keep-Alive', 'timeout=5', 'Proxy-Authenticate', 'Basic', 'Upgrade', 'h2', 'X-End', '2'];
    expect(removeHopByHop(fields)).toEqual(['X-End', '2']);
  });
});

describe('removeNominated', () => {
  it('gives the very list when nothing was named', () => {
    const fields = ['A', '1'];
    expect(removeNominated(fields, { nominated: undefined })).toBe(fields);
  });
  it('removes what hopByHopRows noted, from all Connection fields', () => {
    const hop: Hop = { nominated: undefined };
    const table = createFieldTable(hopByHopRows, { foldsUnderscores: false });
    const fields = table(['x-a', '1', 'Connection', 'keep-alive, X-A', 'TE', 'trailers', 'connection', 'X-B', 'X-B', '2', 'C', '3', 'Connection', 'close'], hop);
    expect(fields).toEqual(['x-a', '1', 'X-B', '2', 'C', '3']);
    expect(removeNominated(fields, hop)).toEqual(['C', '3']);
  });
});
