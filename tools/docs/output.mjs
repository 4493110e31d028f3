// Compares what a block printed with what the page says that it prints.

/**
 * Text: each line must appear, in this order; `…` stands for anything within a line, on a line of its own for any lines.
 * @returns {string | undefined} what is missing
 */
export function compareText(expected, actual) {
  const lines = actual.split('\n').map((line) => line.trimEnd());
  let next = 0;
  for (const line of expected.trimEnd().split('\n').map((text) => text.trimEnd())) {
    if (line === '' || line === '…') continue;
    const pattern = new RegExp(`^${line.split('…').map((part) => RegExp.escape?.(part) ?? part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
    const found = lines.findIndex((text, index) => index >= next && pattern.test(text));
    if (found < 0) return `the output lacks the line: ${line}`;
    next = found + 1;
  }
  return undefined;
}

/** JSON: everything that is expected must be there; `"…"` stands for any value. */
export function compareJson(expected, actual) {
  let value;
  try {
    value = JSON.parse(actual);
  } catch {
    return 'the output is not JSON';
  }
  return findDifference(JSON.parse(expected), value, '$');
}

function findDifference(expected, actual, path) {
  if (expected === '…') return actual === undefined ? `${path} is missing` : undefined;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return `${path} is not a list of ${expected.length}`;
    return expected.map((item, index) => findDifference(item, actual[index], `${path}[${index}]`)).find((difference) => difference !== undefined);
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return `${path} is not an object`;
    return Object.entries(expected).map(([key, item]) => findDifference(item, actual[key], `${path}.${key}`)).find((difference) => difference !== undefined);
  }
  return Object.is(expected, actual) ? undefined : `${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}
