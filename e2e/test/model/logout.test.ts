// A model of sessions beside the real proxy: whatever happens in whatever order, no request whose first byte arrives after the last byte of
// a logout's answer is authenticated by that credential, and nobody is ever taken for somebody else.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { AdapterName } from '../../fixtures/adapters.ts';
import { scaled } from '../../fixtures/scale.ts';
import { anyStep, type Step } from './commands.ts';
import { Run } from './run.ts';
import { World } from './world.ts';

class StepCommand implements fc.AsyncCommand<object, Run> {
  readonly #step: Step;
  constructor(step: Step) { this.#step = step; }
  check(): boolean { return true; }
  run(_model: object, run: Run): Promise<void> { return this.#step.perform(run); }
  toString(): string { return this.#step.toString(); }
}

/** Where, and for how many lives. */
const worlds = scaled<[AdapterName, number][]>({ test: [['cli', 100]], full: [['cli', 10_000], ['nest-12-express', 2_000], ['vite-8-dev', 2_000]] });
const seed = scaled({ test: 1, full: Date.now() % 1_000_000_000 });
/** Milliseconds, after which a failure is reported as it is and not made smaller any more. */
const limit = scaled({ test: 240_000, full: 7_200_000 });

describe.each(worlds)('sessions and their reference model (%s)', (name, lives) => {
  let world: World;
  beforeAll(async () => { world = await World.start(name); });
  afterAll(async () => { await world[Symbol.asyncDispose](); });

  it(`agree in ${lives} lives about who every request comes from`, { timeout: limit + 60_000 }, async () => {
    const commands = fc.commands(anyStep.map((steps) => steps.map((step) => new StepCommand(step))), { maxCommands: 24, size: 'max' });
    await fc.assert(fc.asyncProperty(commands, async (steps) => {
      const run = await Run.start(world);
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: run }), steps);
        await run.end();
      } finally {
        await run.giveUp();
      }
      await world.tidy();
    }), { numRuns: lives, seed, interruptAfterTimeLimit: limit, markInterruptAsFailure: true });
  });
});
