// Requests per second and CPU per request of small JSON answers.
import { load } from './load.mjs';
import { median, pinDriver, spread, start } from './processes.mjs';

const browser = [
  'Host: localhost:4000', 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36', 'Accept: application/json', 'Accept-Encoding: gzip, deflate, br',
  'Accept-Language: en-GB,en;q=0.9', 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty', 'Referer: http://localhost:4000/', 'Connection: keep-alive',
];
const request = (...more) => `GET /api/items?page=1 HTTP/1.1\r\n${[...browser, ...more].join('\r\n')}\r\n\r\n`;
const anonymous = request('Cookie: theme=dark');
const authenticated = request('Cookie: theme=dark; ory_kratos_session=MTc4OTk4NzY1NHxEWDhFQVFMX2dBQUJFQUVRQUFCZl80QUFBUVp6ZEhKcGJtY01Ed0FOYzJWemMybHZibDkwYjJ0bGJnWnpkSEpwYm1jTUlnQWc=');

export async function compareRequests({ rounds, seconds, connections }) {
  pinDriver();
  const upstream = await start('upstream.mjs', { kind: 'other' });
  const env = { UPSTREAM: upstream.origin };
  const [bare, bareAgain, ours] = await Promise.all(['bare-proxy.mjs', 'bare-proxy.mjs', 'our-proxy.mjs'].map((script) => start(script, { kind: 'proxy', env })));
  const targets = [
    { name: 'bare undici-dispatch proxy', proxy: bare, request: authenticated },
    { name: 'the same, a second copy', proxy: bareAgain, request: authenticated },
    { name: 'ours, authenticated and cached', proxy: ours, request: authenticated },
    { name: 'ours, anonymous', proxy: ours, request: anonymous },
  ].map((target) => ({ ...target, rates: [], cpu: [] }));

  const measure = async (target, milliseconds) => {
    const before = await target.proxy.usage();
    const { requests, failures, seconds: took } = await load({ origin: target.proxy.origin, request: target.request, connections, milliseconds });
    const after = await target.proxy.usage();
    if (failures > 0) throw new Error(`${target.name}: ${failures} of ${requests} answers were not 200`);
    return { rate: requests / took, cpu: (after.cpu - before.cpu) / requests };
  };
  for (const target of targets) await measure(target, 2000);
  for (let round = 0; round < rounds; round++) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const { rate, cpu } = await measure(target, seconds * 1000);
      target.rates.push(rate);
      target.cpu.push(cpu);
    }
  }
  console.log(`\nrequests: ${connections} connections, ${rounds} rounds of ${seconds} s each; ratios to the bare proxy of the same round`);
  console.log('target                            requests/s   CPU µs/request   ratio by rate (spread)    ratio by CPU (spread)');
  for (const { name, rates, cpu } of targets) {
    const byRate = rates.map((rate, round) => rate / targets[0].rates[round]);
    const byCpu = cpu.map((used, round) => targets[0].cpu[round] / used);
    console.log(`${name.padEnd(32)}${median(rates).toFixed(0).padStart(12)}${median(cpu).toFixed(1).padStart(17)}   ${median(byRate).toFixed(3)} (${spread(byRate)})    ${median(byCpu).toFixed(3)} (${spread(byCpu)})`);
  }
  for (const proxy of [upstream, bare, bareAgain, ours]) proxy.stop();
}
