/** One part of a pattern, between slashes. */
export type PatternSegment =
  | { readonly type: 'literal'; readonly text: string }
  /** Exactly one segment that is not empty. */
  | { readonly type: 'any' }
  /** A segment that begins and ends so, with the texts between in this order. */
  | { readonly type: 'wildcard'; readonly texts: readonly string[] }
  /** Any number of segments, none included. */
  | { readonly type: 'rest' };

export type PathPattern = readonly PatternSegment[];

/**
 * Reads a path pattern: `*` within a segment, `**` any number of segments, `:name` one segment. What means something else elsewhere is
 * refused, since a pattern that quietly matches nothing leaves a path open; `%2A` is a literal star.
 * @throws Error that says what is wrong
 */
export function parsePattern(text: string): PathPattern {
  if (!text.startsWith('/')) throw new Error('must begin with /');
  const segments = splitPath(text).map(parseSegment);
  return segments.filter(({ type }, at) => type !== 'rest' || segments[at - 1]?.type !== 'rest');
}

function parseSegment(segment: string): PatternSegment {
  if (segment === '') throw new Error('must not have // in it: slashes are merged before they are compared');
  if (segment === '**') return { type: 'rest' };
  if (segment.includes('**')) throw new Error('may have ** only as a whole segment');
  const odd = /[{}[\]()]/.exec(segment);
  if (odd !== null) throw new Error(`has "${odd[0]}", which means nothing in a pattern: give alternatives as a list, and write %${odd[0].charCodeAt(0).toString(16).toUpperCase()} for the character itself`);
  if (segment.startsWith(':')) {
    if (!/^:[A-Za-z_]\w*$/.test(segment)) throw new Error(`has "${segment}": a name stands for a whole segment`);
    return { type: 'any' };
  }
  const texts = segment.split('*').map(decodeLiteral);
  if (/^[. ]*$/.test(texts.join('x')) || /[. ]$/.test(texts.at(-1) ?? '')) throw new Error('must not have a segment that ends in a dot or space: some servers drop these');
  const [text = ''] = texts;
  if (texts.length === 1) return { type: 'literal', text };
  return texts.every((part) => part === '') ? { type: 'any' } : { type: 'wildcard', texts };
}

function decodeLiteral(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new Error('has an escape that is not UTF-8 percent-encoding');
  }
  // eslint-disable-next-line no-control-regex -- control bytes are the point
  if (/[/\\;?#\x00-\x1f\x7f]/.test(decoded)) throw new Error('must not have a backslash, semicolon, question mark, hash, control byte or escaped slash: servers differ on what these mean');
  return decoded;
}

/** The pattern as it reads while a path is still percent-encoded. */
export function encodePattern(pattern: PathPattern): PathPattern {
  return mapTexts(pattern, encodeURI);
}

/** The pattern for paths in lower case. */
export function lowerPattern(pattern: PathPattern): PathPattern {
  return mapTexts(pattern, lowerCase);
}

/** Lower case, in which letters are one that are the same in capitals: `\u017f` is `s` and `\u0131` is `i` to Python, Java and others that compare without regard to case. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return beyondAscii.test(lower) ? lower.toUpperCase().toLowerCase() : lower;
}

// eslint-disable-next-line no-control-regex -- what is not ASCII is the point
const beyondAscii = /[^\x00-\x7f]/;

/** Whether two patterns, made from one by the functions above, are the same. */
export function isSamePattern(one: PathPattern, other: PathPattern): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function mapTexts(pattern: PathPattern, map: (text: string) => string): PathPattern {
  return pattern.map((segment) => {
    if (segment.type === 'literal') return { type: 'literal', text: map(segment.text) };
    return segment.type === 'wildcard' ? { type: 'wildcard', texts: segment.texts.map(map) } : segment;
  });
}

/** Segments of a path; a slash at its end makes no other resource. */
export function splitPath(path: string): string[] {
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length;
  const inner = path.slice(1, end);
  return inner === '' ? [] : inner.split('/');
}
