// What every proxy process of the benchmark tells its driver on demand: CPU time used so far and resident memory.
import process from 'node:process';

export function ready(origin) {
  process.on('message', (question) => {
    if (question !== 'usage') return;
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, rss: process.memoryUsage.rss() });
  });
  process.on('disconnect', () => process.exit());
  process.send({ origin });
}
