/** `flock worker status`: what runs now, or why nothing does. */

import { isHeld } from '../worker/holding.js';
import type { WorkerHome } from '../worker/home.js';
import type { Terminal } from './index.js';

/** A worker notes what it does at each beat, at most a minute apart; and while it is stopped, nothing. Milliseconds. */
const STALE_MS = 150_000;

/** On one line, and with nothing in it that moves a cursor: some of it was said by other machines. */
export const shown = (text: string): string => text.replace(/\s*\n\s*/g, ' · ').replace(/\p{Cc}|\p{Cs}/gu, '\ufffd');

/** Whether a process is there, whoever's it is. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export async function isRunning(home: WorkerHome): Promise<boolean> {
  const pid = home.state()?.pid;
  return (await isHeld(home.folder)) ?? (pid !== undefined && isThere(pid));
}

const timeOf = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

/** Exit code 0 while it runs, whatever it does. */
export async function status(home: WorkerHome, terminal: Terminal): Promise<number> {
  const say = (line: string): void => terminal.out(shown(line));
  const enrolled = home.enrolled();
  if (!enrolled) {
    say('Not enrolled: /machine lend in Discord gives the line to paste.');
    return 1;
  }
  say(`${enrolled.alias} at ${enrolled.url}${home.paused() ? ' (paused)' : ''}`);
  const state = home.state();
  const runs = await isRunning(home);
  if (!runs) {
    if (state?.ended !== undefined) say(`Ended at ${timeOf(state.at)}: ${state.ended}`);
    else if (state && (state.jobs.length > 0 || state.idle !== 'stopped'))
      say(
        `Not running: it was killed, or the machine went down, after ${timeOf(state.at)}. Start it: flock worker run`,
      );
    else say('Not running. Start it: flock worker run');
  } else if (!state || Date.now() - state.at > STALE_MS)
    say(
      `Running, but it could not write what it does to ${home.folder}${state ? ` since ${timeOf(state.at)}` : ''}: is the disk full?`,
    );
  else if (state.jobs.length === 0) say(`Idle: ${state.idle ?? 'asking for work'}`);
  else {
    say(`Working; ${state.done} jobs done since ${timeOf(state.since)}.`);
    for (const job of state.jobs) say(`  ${job.what}, ${job.steps} steps, since ${timeOf(job.since)}`);
  }
  for (const notice of (runs && state?.notices) || []) say(`! ${notice}`);
  try {
    const { tier, hours, zone, cores, memory_mb, disk_mb, suites } = home.policy();
    const when = hours.length === 0 ? 'always' : `${hours.join(', ')} ${zone}`;
    const names = suites.map(({ name }) => name).join(', ') || 'no suite';
    say(`Terms: ${tier}, ${when}, ${cores} at a time, ${memory_mb} MB, disk ${disk_mb} MB; ${names}`);
  } catch (error) {
    for (const line of (error instanceof Error ? error.message : String(error)).split('\n')) say(line);
  }
  say(`All that ran: ${home.logFile}`);
  return runs ? 0 : 1;
}
