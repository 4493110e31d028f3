import { createProcessContext } from './process-context.ts';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), createProcessContext());
// Everything has been closed; a connection that somebody else forgot must not keep the process.
setTimeout(() => { process.exit(); }, 500).unref();
