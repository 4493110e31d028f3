// Child processes of a page: commands that end, and servers that run until their page is done.
import { spawn } from 'node:child_process';
import { waitForPort } from './ports.mjs';

const commandTimeout = 30_000;

/** Process groups under way, so that none outlives this program. */
const groups = new Set();
function killGroup(pid, signal) {
  try { process.kill(-pid, signal); } catch { /* it is gone already */ }
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const pid of groups) killGroup(pid, 'SIGKILL');
    process.exit(1);
  });
}

/** Runs a command to its end. */
export function runCommand(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let stderr = '';
    groups.add(child.pid);
    const timer = setTimeout(() => { killGroup(child.pid, 'SIGKILL'); }, commandTimeout); // with what it started: that would keep its output open
    child.stdout.on('data', (chunk) => { stdout += chunk; });
    child.stderr.on('data', (chunk) => { stderr += chunk; });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      groups.delete(child.pid);
      resolve({ code: code ?? `signal ${signal}`, stdout, stderr });
    });
  });
}

/** Starts a server and waits until its port accepts connections. */
export async function startServer(command, args, { port, ...options }) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  let ended = false;
  child.stdout.on('data', (chunk) => { output += chunk; });
  child.stderr.on('data', (chunk) => { output += chunk; });
  groups.add(child.pid);
  const end = new Promise((resolve) => { child.on('close', () => { ended = true; groups.delete(child.pid); resolve(); }); });
  const stop = async () => {
    killGroup(child.pid, 'SIGTERM'); // the group: a shell does not pass signals on
    const timer = setTimeout(() => { killGroup(child.pid, 'SIGKILL'); }, 10_000);
    await end;
    clearTimeout(timer);
  };
  try {
    await waitForPort(port, { hasEnded: () => ended });
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${output}`, { cause: error });
  }
  return { stop };
}
