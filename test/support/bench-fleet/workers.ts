/** Workers as they are, but for their suite: it runs in this process, and each of its actions takes its time. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/platform/clock.js';
import { w7System } from '../../../src/woodpecker/models/w7.js';
import type { System } from '../../../src/woodpecker/types.js';
import { createClient } from '../../../src/worker/client.js';
import { openWorkerHome } from '../../../src/worker/home.js';
import { work } from '../../../src/worker/loop.js';
import { policySchema } from '../../../src/worker/policy.js';
import { runJob } from '../../../src/worker/run-job.js';
import { GUILD } from '../coordinator.js';
import { SUITE as suite } from '../fleet-load.js';
import type { Place } from './leases.js';

const slow = (system: System, ms: number): System => ({
  ...system,
  async act(step) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return system.act(step);
  },
});

/** Starts machines `m0` to `m<count - 1>`. Returns how to stop them. */
export function startWorkers(place: Place, url: string, count: number, actionMs: number): () => Promise<void> {
  const clock: Clock = systemClock;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const policy = policySchema.parse({ suites: [{ name: suite.name, digest: suite.digest }] });
  const running = Array.from({ length: count }, (_, n) => {
    const home = openWorkerHome(join(place.folder, `worker-${n}`));
    home.setPolicy(policy);
    const client = createClient({
      url,
      machine: `${GUILD}.m${n}`,
      key: place.keys.privateKey,
      now: clock.now,
      newNonce: randomUUID,
    });
    const facts = { version: '0', cores: 1, memoryMb: 1024 };
    return work(
      {
        ...{ home, client, clock, facts, pid: process.pid },
        perform: (job, tools) =>
          runJob(job, { suite, folder: place.folder }, { ...tools, clock, open: () => slow(w7System(), actionMs) }),
        say: () => undefined,
        record: () => undefined,
      },
      stop.signal,
    );
  });
  return async () => {
    stop.abort();
    await Promise.all(running);
  };
}
