/** Keeps this process, and all that it will start, to some of the machine's cores. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `0-3,8` as 0, 1, 2, 3, 8. */
export function coresIn(list: string): number[] {
  return list
    .trim()
    .split(',')
    .flatMap((span) => {
      const [from = 0, to = from] = span.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, n) => from + n);
    });
}

function coresOfOurs(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return coresIn(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
  } catch {
    return [];
  }
}

let all: number[] | undefined;
let now: number | undefined;

/** The last ones: the first have most of a system's own work. Does nothing where the system has no such thing. */
export function keepToCores(count: number): void {
  all ??= coresOfOurs();
  if (count === now || all.length === 0 || (now === undefined && count >= all.length)) return;
  now = count;
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', all.slice(-count).join(','), String(process.pid)], {
    stdio: 'ignore',
  });
  if (status !== 0) now = undefined;
}
