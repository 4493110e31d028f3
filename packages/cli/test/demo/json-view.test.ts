import { describe, expect, it } from 'vitest';
import { renderJson } from '../../src/demo/json-view.ts';

describe('renderJson', () => {
  it('tells keys, strings, numbers and words apart', () => {
    expect(renderJson({ a: 'x', b: [-1.5e3, true, null] }).html).toBe(
      '{\n  <span class="k">&#34;a&#34;</span>: <span class="s">&#34;x&#34;</span>,\n  <span class="k">&#34;b&#34;</span>: [\n'
      + '    <span class="n">-1500</span>,\n    <span class="w">true</span>,\n    <span class="w">null</span>\n  ]\n}',
    );
  });

  it('keeps strings that look like JSON, and escapes them', () => {
    expect(renderJson('a": 1, </span>\\').html).toBe('<span class="s">&#34;a\\&#34;: 1, &#60;/span&#62;\\\\&#34;</span>');
  });
});
