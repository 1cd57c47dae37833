/** What a job takes of a machine, against what its lender gives: measured on the processes, not on what was announced. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coresIn } from '../../src/worker/cores.js';
import { sandboxes } from '../../src/worker/sandbox.js';
import { lookAround, spySuite } from '../support/spy-suite.js';

const tiers = (['in-process', 'bubblewrap'] as const).filter(
  (tier) => tier === 'in-process' || sandboxes().includes('bubblewrap'),
);
/** Before a job keeps this process to fewer. */
const all = availableParallelism();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-limits-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hoard = (megabytes: number) =>
  `node -e 'const all = []; for (let n = 0; n < ${megabytes}; n++) all.push(Buffer.alloc(1024 * 1024, 1)); setTimeout(() => console.log(all.length), ${megabytes > 300 ? 30_000 : 1000})'`;

describe.each(tiers)('a job in the tier %s', (tier) => {
  it('is ended when it takes more memory than the policy gives', async () => {
    const spy = spySuite(folder, hoard(600));
    await expect(lookAround(spy, { tier, memory_mb: 256 })).rejects.toThrow('more memory than the 256 MB');
  }, 60_000);

  it('is let be when it takes less', async () => {
    const spy = spySuite(folder, hoard(100));
    expect(await lookAround(spy, { tier, memory_mb: 512 })).toMatchObject({ said: '100' });
  }, 60_000);

  it('is ended when it takes more of the disk than the policy gives, in many files too', async () => {
    const fill = 'for n in $(seq 1 60); do head -c 1000000 /dev/zero > "$TMPDIR/$n"; done; sleep 30; echo filled';
    await expect(lookAround(spySuite(folder, fill), { tier, disk_mb: 32 })).rejects.toThrow('more disk than the 32 MB');
  }, 60_000);

  it('is ended when it takes the disk with files that have nothing in them', async () => {
    const fill = 'cd "$TMPDIR" && seq 1 9000 | xargs touch; sleep 30; echo filled';
    await expect(lookAround(spySuite(folder, fill), { tier, disk_mb: 32 })).rejects.toThrow('more disk than the 32 MB');
  }, 60_000);

  it('is ended when it takes twice the time of the longest job that the policy takes', async () => {
    const spy = spySuite(folder, 'sleep 50');
    await expect(lookAround(spy, { tier, max_minutes: 0.02 })).rejects.toThrow('2 times the 0.02 minutes');
  }, 30_000);

  it.skipIf(all < 2)('has as many cores as the policy gives', async () => {
    expect(await lookAround(spySuite(folder, 'nproc'), { tier, cores: 1 })).toMatchObject({ said: '1' });
    expect(await lookAround(spySuite(folder, 'nproc'), { tier, cores: 64 })).toMatchObject({ said: String(all) });
  });
});

describe.skipIf(!sandboxes().includes('bubblewrap'))('a job that is shut in', () => {
  const tier = 'bubblewrap';

  it.each(['/tmp', '/dev/shm', '$HOME'])(
    'is ended when it hides what it takes in %s',
    async (place) => {
      const fill = `for n in $(seq 1 60); do head -c 1000000 /dev/zero > "${place}/$n"; done; sleep 30; echo filled`;
      await expect(lookAround(spySuite(folder, fill), { tier, disk_mb: 32 })).rejects.toThrow(
        'more disk than the 32 MB',
      );
    },
    60_000,
  );

  it('is ended when what left it takes the memory', async () => {
    const spy = spySuite(folder, `(setsid ${hoard(600)} &) ; sleep 30`);
    await expect(lookAround(spy, { tier, memory_mb: 256 })).rejects.toThrow('more memory than the 256 MB');
  }, 60_000);

  it('cannot write a file that is larger than all its disk', async () => {
    const spy = spySuite(folder, 'head -c 100000000 /dev/zero > /tmp/x 2>/dev/null || stat -c %s /tmp/x');
    expect(await lookAround(spy, { tier, disk_mb: 64 })).toMatchObject({ said: String(64 * 1024 * 1024) });
  });

  it('is the first that the system ends when memory runs out', async () => {
    expect(await lookAround(spySuite(folder, 'cat /proc/self/oom_score_adj'), { tier })).toMatchObject({
      said: '1000',
    });
  });
});

it.each([
  ['0-3', [0, 1, 2, 3]],
  ['1,4-5,9', [1, 4, 5, 9]],
  ['7', [7]],
])('reads %j as the cores %j', (list, cores) => {
  expect(coresIn(list)).toEqual(cores);
});
