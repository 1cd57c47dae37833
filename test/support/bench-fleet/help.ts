import { addHunt, addMachines, makeKeys } from '../fleet-load.js';
import { percentile, remark, report } from '../report.js';
import { startVillage, type Village } from '../village.js';
import { startMachines } from './leases.js';

/** /help again and again; nobody waits for the machines, and they do not wait for it. Milliseconds. */
async function helped(village: Village, answers: number): Promise<number[]> {
  const took: number[] = [];
  while (took.length < answers) {
    took.push(await village.took(village.next().command(village.channel, 'help')));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return took;
}

export async function benchHelp({ sizes, answers }: { sizes: readonly number[]; answers: number }): Promise<void> {
  for (const size of sizes) {
    const village = await startVillage({ people: 200 });
    const keys = makeKeys();
    try {
      addMachines(village.file, { machines: size, lenders: Math.ceil(size / 20), publicKey: keys.publicKey });
      addHunt(village.file, { budgetSteps: 1_000_000_000, length: 2 });
      await helped(village, 200);
      const idle = await helped(village, answers);
      const args = ['live', village.httpUrl, village.guild, String(size)];
      let told = '';
      const machines = await startMachines(args, { folder: '', file: village.file, keys }, (line) => {
        told = line;
      });
      const busy = await helped(village, answers);
      await machines.stop();
      const again = await helped(village, answers);
      const baseline = percentile([...idle, ...again], 0.99);
      report({ bench: 'fleet', metric: `help.p99.${size}`, value: percentile(busy, 0.99), unit: 'ms', baseline });
      remark(`${size} machines: ${told}; /help p50 ${percentile(busy, 0.5)} ms against ${percentile(idle, 0.5)} ms`);
    } finally {
      await village.stop();
    }
  }
}
