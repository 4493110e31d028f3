/** One thing that is wrong with the options. */
export interface OptionProblem {
  /** Name of the option as in code, e.g. `publicUrl`; of an unknown one, as it was written. */
  readonly option: string;
  /** What is wrong and how to mend it; reads on after the option's name. */
  readonly message: string;
}

/** All that is wrong with a set of options, each problem naming its option in quotes. */
export class OptionsError extends TypeError {
  override readonly name = 'OptionsError';
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super(problems.map(({ option, message }) => `"${option}" ${message}`).join('\n'));
    this.problems = problems;
  }
}

/** The known name nearest to a mistyped one, or `undefined` when none is near. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  const folded = typed.toLowerCase().replaceAll(/[-_]/g, '');
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(folded, name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  return best !== undefined && best.distance <= Math.max(2, typed.length / 3) ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
