/** Whether a job can be shut in, and how: bubblewrap, where the lender chose it and it is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Policy } from './policy.js';

let found: boolean | undefined;

/** What programs need of a system. Nothing of its people: no homes, no keys, no names, no settings of its services. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store'];
const SETTINGS = [
  'alternatives',
  'ca-certificates',
  'crypto-policies',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'nsswitch.conf',
  'pki',
  'ssl/certs',
  'ssl/openssl.cnf',
].map((name) => `/etc/${name}`);

const WALLS = [
  ...['user', 'pid', 'ipc', 'uts', 'net'].map((what) => `--unshare-${what}`),
  ...['--unshare-cgroup-try', '--hostname', 'flock', '--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL'],
  ...['--die-with-parent', '--new-session', '--proc', '/proc', '--dev', '/dev'],
  ...[...SYSTEM, ...SETTINGS].flatMap((path) => ['--ro-bind-try', path, path]),
];

function hasBubblewrap(): boolean {
  // `--version` alone would say yes where the kernel forbids what it is for.
  found ??= spawnSync('prlimit', ['--core=0', 'bwrap', ...WALLS, 'true'], { stdio: 'ignore' }).status === 0;
  return found;
}

export const sandboxes = (): ('none' | 'bubblewrap')[] => (hasBubblewrap() ? ['none', 'bubblewrap'] : ['none']);

/** What is missing for this tier; undefined when nothing is. */
export function sandboxMissing(tier: Policy['tier']): string | undefined {
  if (tier !== 'bubblewrap' || hasBubblewrap()) return undefined;
  return 'Your policy wants the tier bubblewrap, which does not work here. Install it (Debian: apt install bubblewrap), or set `tier: in-process` in the policy: jobs then run with your own rights.';
}

/** Of the folders in which programs are looked for, those that are seen inside. */
export const pathInside = (path = '/usr/local/bin:/usr/bin:/bin'): string =>
  path
    .split(':')
    .filter((folder) => SYSTEM.some((seen) => folder === seen || folder.startsWith(`${seen}/`)))
    .join(':');

/** Where things are inside: what is here on this machine is no job's business. */
export const INSIDE = { flock: '/opt/flock', suite: '/opt/suite', home: '/home/bird', out: '/run/flock/out' } as const;

/** Files of /etc without which common programs fail: who one is, and what this machine calls itself. */
export const SMALL_TALK = {
  passwd: `bird:x:1000:1000::${INSIDE.home}:/bin/sh\n`,
  group: 'bird:x:1000:\n',
  hosts: '127.0.0.1 localhost flock\n::1 localhost\n',
} as const;

/** Where memory runs out, the system ends a job before anything of the lender's: whatever is started from here inherits that. */
const FIRST_TO_GO = '{ echo 1000 > /proc/self/oom_score_adj; } 2> /dev/null; exec "$@"';

export interface ShutIn {
  /** The folder of Flock's package.json. */
  readonly packageRoot: string;
  /** The suite's folder, seen at INSIDE.suite; or as it ships, below INSIDE.flock. */
  readonly suite: string;
  /** Of this sandbox alone, with `home`, `tmp`, `shm` in it, all that can be written to; and with the files of SMALL_TALK. */
  readonly scratch: string;
  /** A socket that leads out, seen at INSIDE.out. */
  readonly out?: string | undefined;
  /** Most bytes of a file. */
  readonly fileBytes: number;
}

export interface Shut {
  readonly command: string;
  readonly args: readonly string[];
  /** Where the suite is, seen from inside. */
  readonly suite: string;
}

/** Flock, shut in: it sees the system's programs, itself and the suite, writes to its scratch alone, and has no network. */
export function shutIn({ packageRoot, suite, scratch, out, fileBytes }: ShutIn, args: readonly string[]): Shut {
  const node = realpathSync(process.execPath);
  // Installed by npm as somebody's dependency, what Flock needs lies beside it.
  const own = join(packageRoot, 'node_modules');
  const modules = existsSync(own) || basename(dirname(packageRoot)) !== 'node_modules' ? own : dirname(packageRoot);
  const shipped = join(packageRoot, 'data', 'suites');
  const ships = dirname(suite) === shipped;
  const flock = ['package.json', 'bin', 'dist', 'data/suites'].map(
    (part) => [join(packageRoot, part), `${INSIDE.flock}/${part}`] as const,
  );
  const seen = [
    ...flock,
    ...Object.keys(SMALL_TALK).map((name) => [join(scratch, name), `/etc/${name}`] as const),
    [modules, `${INSIDE.flock}/node_modules`] as const,
    ...(ships ? [] : [[suite, INSIDE.suite] as const]),
    ...(node.startsWith('/usr/') ? [] : [[node, node] as const]),
  ];
  const written = [
    [join(scratch, 'tmp'), '/tmp'],
    [join(scratch, 'shm'), '/dev/shm'],
    [join(scratch, 'home'), INSIDE.home],
    ...(out === undefined ? [] : [[out, INSIDE.out]]),
  ];
  return {
    command: '/bin/sh',
    args: [
      ...['-c', FIRST_TO_GO, 'sh', 'prlimit', '--core=0', `--fsize=${fileBytes}`, 'bwrap', ...WALLS],
      ...written.flatMap(([from = '', to = '']) => ['--bind', from, to]),
      ...seen.flatMap(([from, to]) => ['--ro-bind', from, to]),
      // Under /proc/sys lie switches of the whole machine, which a worker that is root may turn though it has no rights.
      ...['/proc', '/dev', '/'].flatMap((path) => ['--remount-ro', path]),
      ...['--chdir', INSIDE.home],
      ...[node, `${INSIDE.flock}/bin/flock.js`, ...args],
    ],
    suite: ships ? `${INSIDE.flock}/data/suites/${basename(suite)}` : INSIDE.suite,
  };
}
