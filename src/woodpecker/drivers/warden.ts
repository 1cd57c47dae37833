/**
 * The one process that outlives a Flock that is killed with SIGKILL: it waits for the end of its stdin, which comes however
 * Flock ends, then ends what carries Flock's tag and removes the working folders. Started with the first child, one a Flock.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** $1: the tag's assignment without the tree's number. Lines: `group N`, `gone N`, `folder PATH`, `removed PATH`. */
const SCRIPT = `
trap '' INT TERM HUP
groups=' ' folders=
while IFS= read -r line; do
  what=\${line%% *} which=\${line#* }
  case $what in
    group) groups="$groups$which " ;;
    gone) case $groups in *" $which "*) groups="\${groups%% $which *} \${groups#* $which }" ;; esac ;;
    folder) folders="$which" ;;
    removed) folders= ;;
  esac
done
for group in $groups; do kill -9 -"$group" 2> /dev/null; done
for round in 1 2 3 4 5; do
  found=
  for file in $(grep -lszF "$1" /proc/[0-9]*/environ 2> /dev/null); do
    pid=\${file#/proc/}; kill -9 "\${pid%/environ}" 2> /dev/null && found=yes
  done
  [ "$found" ] || break
done
[ "$folders" ] && rm -rf -- "$folders"
exit 0
`;

let warden: ChildProcess | undefined;

/** Tells the warden, starting it if need be. What it cannot be told is lost: it is the last resort, not the first. */
export function tellWarden(tagPrefix: string, line: string): void {
  if (!warden) {
    warden = spawn('/bin/sh', ['-c', SCRIPT, 'flock-warden', tagPrefix], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
    });
    warden.unref();
    warden.on('error', () => undefined);
    warden.stdin?.on('error', () => undefined);
    const handle = warden.stdin;
    if (handle && 'unref' in handle && typeof handle.unref === 'function') handle.unref();
  }
  warden.stdin?.write(`${line}\n`);
}
