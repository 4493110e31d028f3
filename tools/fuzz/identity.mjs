#!/usr/bin/env node
// `node tools/fuzz/identity.mjs --requests 10000 --seed 1`: the identity part of the soak alone.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runIdentity } from './identity/run.mjs';
import { toText } from './leaks.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '10000' }, users: { type: 'string', default: '1000' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const { counts, problems, before, usage } = await runIdentity({ requests: Number(values.requests), users: Number(values.users), seed });
for (const { kind, message } of problems) process.stdout.write(`${kind}: ${message}\n`);
process.stdout.write(`${problems.length > 0 ? 'FAILED' : 'ok'}: seed ${seed}: ${JSON.stringify(counts)}, RSS ${toText(before.rss)} before and ${toText(usage.rss)} after, ${usage.sockets} sockets left\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
