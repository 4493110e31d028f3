export { run } from './run.ts';
export type { Output, RunContext, StopSignal } from './context.ts';
