import type { PathPattern, PatternSegment } from './pattern.ts';

/**
 * Whether a path, split into its segments, matches. On a mismatch only the last `**` takes one segment more, so that the work is at most
 * the product of both lengths.
 */
export function isMatch(pattern: PathPattern, path: readonly string[]): boolean {
  let at = 0;
  let restAt = -1;
  let restEnd = 0;
  for (let i = 0; i < path.length;) {
    const segment = pattern[at];
    if (segment?.type === 'rest') {
      restAt = at++;
      restEnd = i;
      if (at === pattern.length) return true;
    } else if (segment !== undefined && isSegmentMatch(segment, path[i] ?? '')) {
      at++;
      i++;
    } else if (restAt >= 0) {
      at = restAt + 1;
      i = ++restEnd;
    } else return false;
  }
  while (pattern[at]?.type === 'rest') at++;
  return at === pattern.length;
}

function isSegmentMatch(segment: PatternSegment, text: string): boolean {
  switch (segment.type) {
    case 'literal': return segment.text === text;
    case 'any': return text !== '';
    case 'wildcard': return isWildcardMatch(segment.texts, text);
    case 'rest': return true;
  }
}

function isWildcardMatch(texts: readonly string[], text: string): boolean {
  const first = texts[0] ?? '';
  const last = texts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const between of texts.slice(1, -1)) {
    const found = text.indexOf(between, at);
    if (found < 0 || found + between.length > end) return false;
    at = found + between.length;
  }
  return true;
}

/** Whether every path that `later` matches is matched by `earlier` as well. May miss it for unusual patterns; never claims it wrongly. */
export function isCovered(later: PathPattern, earlier: PathPattern): boolean {
  const [wide, ...wideRest] = earlier;
  const [narrow, ...narrowRest] = later;
  if (wide === undefined) return narrow === undefined;
  if (wide.type === 'rest') return isCovered(later, wideRest) || (narrow !== undefined && isCovered(narrowRest, earlier));
  return narrow !== undefined && isSegmentCovered(narrow, wide) && isCovered(narrowRest, wideRest);
}

function isSegmentCovered(narrow: PatternSegment, wide: PatternSegment): boolean {
  if (narrow.type === 'rest') return false;
  if (wide.type === 'any') return true;
  if (narrow.type === 'literal') return isSegmentMatch(wide, narrow.text);
  return narrow.type === 'wildcard' && wide.type === 'wildcard' && narrow.texts.join('*') === wide.texts.join('*');
}
