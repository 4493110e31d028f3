// Sockets and memory of the proxy: all connections must be gone at the end, and the heap must not grow with the number of requests.

const mebibyte = 1024 ** 2;
/** Growth of the collected heap between the first note and the end that is still no leak: caches, compiled code. */
const allowedGrowth = 16 * mebibyte;
/** Milliseconds for idle connections to the app and Ory, which are kept for 4 s, to end. */
const quietTime = 15_000;

export async function checkLeaks(world) {
  const notes = [];
  const leaks = {
    summary: '',
    async note() {
      notes.push(await world.proxy.usage());
    },
    async finish() {
      const problems = [];
      const end = Date.now() + quietTime;
      let usage = await world.proxy.usage();
      while ((usage.sockets > 0 || world.app.sockets.size > 0) && Date.now() < end) {
        await new Promise((resolve) => { setTimeout(resolve, 250); });
        usage = await world.proxy.usage();
      }
      if (usage.sockets > 0) problems.push({ kind: 'leak', message: `${usage.sockets} sockets are open ${quietTime} ms after the last request` });
      if (world.app.sockets.size > 0) problems.push({ kind: 'leak', message: `the app still has ${world.app.sockets.size} connections` });
      const first = notes[Math.min(1, notes.length - 1)];
      const growth = first === undefined ? 0 : usage.heapUsed - first.heapUsed;
      if (growth > allowedGrowth) problems.push({ kind: 'leak', message: `the heap grew by ${toText(growth)}: ${notes.map(({ heapUsed }) => toText(heapUsed)).join(', ')}` });
      leaks.summary = `${usage.sockets} sockets left, heap ${toText(first?.heapUsed ?? usage.heapUsed)} to ${toText(usage.heapUsed)}, RSS ${toText(first?.rss ?? usage.rss)} to ${toText(usage.rss)}`;
      return problems;
    },
  };
  return leaks;
}

export const toText = (bytes) => `${(bytes / mebibyte).toFixed(1)} MiB`;
