/**
 * Chooses between `text/html` and `application/json` as Kratos does. Its parser stops at the first part it does not
 * understand, and a parameter other than `q` is such a part: `application/json;charset=utf-8` therefore means HTML.
 */
export function negotiate(accept: string | undefined): 'html' | 'json' {
  const ranges = parseAccept(accept ?? '');
  const html = readPreference(ranges, 'text', 'html');
  const json = readPreference(ranges, 'application', 'json');
  const better = json.quality > html.quality || (json.quality === html.quality && json.precision > html.precision);
  return better ? 'json' : 'html';
}

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
}

interface Preference {
  readonly quality: number;
  readonly precision: number;
}

const mediaRange = /^\s*([^\s;,/]+)\/([^\s;,/]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?)\s*)?$/i;

function parseAccept(accept: string): readonly MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const part of accept.split(',')) {
    const [matched, type = '', subtype = '', quality = '1'] = mediaRange.exec(part) ?? [];
    if (matched === undefined) break;
    ranges.push({ type: type.toLowerCase(), subtype: subtype.toLowerCase(), quality: Number(quality) });
  }
  return ranges;
}

function readPreference(ranges: readonly MediaRange[], type: string, subtype: string): Preference {
  let best: Preference = { quality: 0, precision: -1 };
  for (const range of ranges) {
    const precision = range.type === '*' ? 0 : range.subtype === '*' ? 1 : 2;
    if (precision > 0 && range.type !== type) continue;
    if (precision > 1 && range.subtype !== subtype) continue;
    if (range.quality === 0) continue;
    if (range.quality > best.quality || (range.quality === best.quality && precision > best.precision)) best = { quality: range.quality, precision };
  }
  return best;
}
