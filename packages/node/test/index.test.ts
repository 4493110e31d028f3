import { describe, expect, it } from 'vitest';
import * as surface from '../src/index.ts';

describe('@ory-proxy/node', () => {
  it('exports what is promised, and nothing else', () => {
    expect(new Set(Object.keys(surface))).toEqual(new Set([
      'ConfigFileError', 'ListenError', 'UnreachableError', 'createOryMiddleware', 'createOryProxy', 'getOryContext', 'interceptUpgrades',
      'loadHostOptions', 'loadOptions', 'readDataFile',
    ]));
  });
});
