/**
 * What a lent machine costs its lender while there is nothing to do: a real worker process, over TLS, that waits for work.
 *
 *   npm run bench -- worker [--minutes 5] [--tier in-process | bubblewrap]
 *
 * `idle.rss`: the most memory that it and all it started held; `idle.cpu`: its share of one core; `idle.bytes`: what it said and
 * heard in an hour, encryption included. `after.*`: the same once it has run a hunt, from a minute after the hunt's end on. The
 * baselines are the limits that were promised to lenders: a ratio above 1 breaks the promise.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { makeCertificate } from '../support/certificate.js';
import { startCoordinator } from '../support/coordinator.js';
import { countingProxy } from '../support/counting-proxy.js';
import { descendants } from '../support/processes.js';
import { remark, report } from '../support/report.js';
import { runWorker, workerIn } from '../support/worker.js';

const LIMITS = { rssMiB: 80, cpuPercent: 0.5, kilobytes: 100 };
/** Of the kernel's clock, by which it tells what a process used; Linux has had it for ever. */
const TICKS_A_SECOND = 100;
const LOOK_MS = 1_000;

/** After a hunt the worker may keep what its jobs ran in for so long, in case of another. */
const REST_MS = 60_000;
const HUNT = { budgetSteps: 30_000, length: 100 };

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, tier: { type: 'string', default: 'in-process' } },
});

/** Memory in MiB and time of the processor in seconds, of a process and of all that it started. */
function used(pid: number): { readonly rssMiB: number; readonly cpu: number } {
  let [kib, ticks] = [0, 0];
  for (const one of [pid, ...descendants(pid)]) {
    kib += Number(/VmRSS:\s+(\d+)/.exec(statusOf(one, 'status'))?.[1] ?? 0);
    const fields = statusOf(one, 'stat').split(') ').at(-1)?.split(' ') ?? [];
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return { rssMiB: kib / 1024, cpu: ticks / TICKS_A_SECOND };
}

/** Empty once the process is gone. */
function statusOf(pid: number, file: 'status' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

const folder = mkdtempSync(join(tmpdir(), 'flock-bench-worker-'));
const tls = makeCertificate(folder);
const coordinator = await startCoordinator(join(folder, 'guilds'), { tls });
const { suites } = coordinator.fleet();
const { suite } = openSuite(shipped('suites', 'cloud'));
suites.add({ digest: suite.digest, name: suite.name, files: undefined, author: 'ann' });
suites.approve(suite.digest, 'mia');
const proxy = await countingProxy(Number(new URL(coordinator.url).port));

const home = join(folder, 'owl');
const env = { NODE_EXTRA_CA_CERTS: tls.cert };
await workerIn(env, home, 'enroll', `https://localhost:${proxy.port}`, coordinator.lend('ann', 'owl'));
writeFileSync(join(home, 'policy.yaml'), `tier: ${values.tier}\ncores: 1\n`);
await workerIn(env, home, 'accept', 'cloud');
const owl = runWorker(home, env);
const { pid } = owl.child;
if (pid === undefined) throw new Error('the worker did not start');
while (!owl.said().includes('there is no hunt now')) {
  if (owl.child.exitCode !== null) throw new Error(owl.said());
  await delay(100);
}

const minutes = Number(values.minutes);

/** Looks at the worker for a while, and reports what it took. */
async function measure(name: 'idle' | 'after', pid: number): Promise<void> {
  remark(`${name}; looking at it for ${minutes} minutes`);
  const [began, before, heard] = [performance.now(), used(pid), proxy.bytes()];
  const end = began + minutes * 60_000;
  let rssMiB = before.rssMiB;
  while (performance.now() < end) {
    await delay(LOOK_MS);
    rssMiB = Math.max(rssMiB, used(pid).rssMiB);
  }
  const seconds = (performance.now() - began) / 1000;
  const cpu = ((used(pid).cpu - before.cpu) / seconds) * 100;
  const kilobytes = ((proxy.bytes() - heard) / 1000 / seconds) * 3600;
  const bench = 'worker';
  report({ bench, metric: `${name}.rss`, value: rssMiB, unit: 'MiB', baseline: LIMITS.rssMiB });
  report({ bench, metric: `${name}.cpu`, value: cpu, unit: '% of a core', baseline: LIMITS.cpuPercent });
  report({ bench, metric: `${name}.bytes`, value: kilobytes, unit: 'kB/h', baseline: LIMITS.kilobytes });
}

await measure('idle', pid);
const plan = { digest: suite.digest, suite: suite.name, strategy: 'mix', bugs: [], seed: 3, lanes: 1 } as const;
const { hunts } = coordinator.fleet();
const { id } = hunts.start({ ...plan, ...HUNT, priority: 0, author: 'mia' });
coordinator.wake();
const began = performance.now();
let most = 0;
while (hunts.get(id).state === 'running') {
  await delay(LOOK_MS);
  most = Math.max(most, used(pid).rssMiB);
}
const { steps } = hunts.get(id);
remark(`${steps} steps in ${((performance.now() - began) / 1000).toFixed(1)} s, up to ${most.toFixed(0)} MiB`);
await delay(REST_MS);
await measure('after', pid);

await owl.stop();
proxy.close();
await coordinator.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
