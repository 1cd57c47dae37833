import { once } from 'node:events';
import { GUILD } from '../coordinator.js';
import { remark, report } from '../report.js';
import { makePlace, removePlace, startCoordinatorProcess, startMachines } from './leases.js';

/** Every machine holds a lease; the coordinator is killed, started again, and all of them come at once. */
export async function benchStorm({ machines }: { machines: number }): Promise<void> {
  const place = makePlace(machines, 500);
  const first = await startCoordinatorProcess(place.folder);
  let line: (text: string) => void = () => undefined;
  const next = (): Promise<string> => new Promise((resolve) => (line = resolve));
  const birds = await startMachines(['storm', first.url, GUILD, String(machines)], place, (text) => line(text));
  try {
    const exited = once(first.child.process, 'exit');
    first.child.process.kill('SIGKILL');
    await exited;
    const { child } = await startCoordinatorProcess(place.folder, Number(new URL(first.url).port));
    const told = next();
    birds.process.stdin?.write('now\n');
    const { kept, tookMs } = JSON.parse(await told) as { kept: number; tookMs: number };
    report({ bench: 'fleet', metric: 'storm.lost', value: machines - kept, unit: 'leases', baseline: 0 });
    remark(`storm: ${machines} machines back in ${tookMs} ms`);
    await child.stop();
  } finally {
    await birds.stop();
    await first.child.stop();
    removePlace(place);
  }
}
