/** Whether a job can be shut in, and how: bubblewrap, where the lender chose it and it is installed. */
import { spawnSync } from 'node:child_process';
import type { Policy } from './policy.js';

let found: boolean | undefined;

function hasBubblewrap(): boolean {
  // `--version` alone would say yes where the kernel forbids what it is for.
  found ??=
    spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', '--unshare-net', 'true'], { stdio: 'ignore' })
      .status === 0;
  return found;
}

export const sandboxes = (): ('none' | 'bubblewrap')[] => (hasBubblewrap() ? ['none', 'bubblewrap'] : ['none']);

/** What is missing for this tier; undefined when nothing is. */
export function sandboxMissing(tier: Policy['tier']): string | undefined {
  if (tier !== 'bubblewrap' || hasBubblewrap()) return undefined;
  return 'Your policy wants the tier bubblewrap, which does not work here. Install it (Debian: apt install bubblewrap), or set `tier: in-process` in the policy.';
}

export interface Shut {
  readonly command: string;
  readonly args: readonly string[];
}

/** `command` shut in: it sees the system read-only, writes to `folder` alone, and has no network unless it was allowed. */
export function shutIn(command: string, args: readonly string[], folder: string, network: Policy['network']): Shut {
  const walls = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', '/run'];
  const home = ['--bind', folder, folder, '--chdir', folder];
  const apart = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', ...(network === 'none' ? ['--unshare-net'] : [])];
  return {
    command: 'bwrap',
    args: [...walls, ...home, ...apart, '--die-with-parent', '--new-session', command, ...args],
  };
}
