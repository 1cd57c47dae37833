/** What a command's exit status and output mean. The table of docs/suites.md. */
import { type ActAnswer, HarnessError, type Json, StepTimeout, SystemFailed, SystemRefused } from '../types.js';
import type { Ran } from './shell.js';

/** sysexits' EX_DATAERR: the system said no. */
const REFUSED = 65;
/** sysexits' EX_TEMPFAIL: the test cannot run here and now. */
const BROKEN = 75;
/** What `timeout` exits with. */
const TIMED_OUT = 124;
/** The shell's own: not executable, not found. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

const PAIR = /^([a-z][a-z0-9_]*)=(.*)$/;

/**
 * The answer of an action's command: `name=value` lines, or one JSON object. A name that is a role that the step makes is an
 * id, `refused` is the system's no, others are outputs. Throws SystemRefused, SystemFailed, StepTimeout or HarnessError.
 */
export function answerOf(ran: Ran, roles: Readonly<Record<string, unknown>>, timeoutMs: number): ActAnswer {
  throwUnlessRan(ran, timeoutMs);
  const said = outputsOf(ran.stdout);
  if (ran.status === REFUSED || 'refused' in said) throw new SystemRefused(textOf(said.refused) || wordsOf(ran));
  if (ran.status === undefined) throw new SystemFailed(`ended by ${ran.signal}: ${wordsOf(ran)}`);
  if (ran.status !== 0) throw new SystemFailed(wordsOf(ran));
  const ids: Record<string, string> = {};
  const outputs: Record<string, Json> = {};
  for (const [name, value] of Object.entries(said)) {
    if (name in roles) ids[name] = textOf(value);
    else outputs[name] = value;
  }
  return { ids, outputs };
}

/** For commands of the test's own (set-up, tear-down, looking): anything but success is the test's fault. */
export function mustSucceed(what: string, ran: Ran, timeoutMs: number): string {
  if (ran.timedOut) throw new HarnessError(`${what} took over ${timeoutMs} ms`);
  if (ran.status !== 0) throw new HarnessError(`${what} failed (${ran.status ?? ran.signal}): ${wordsOf(ran)}`);
  return ran.stdout;
}

/** A check holds when its command succeeds; else what it printed is the message. */
export function verdictOf(ran: Ran, timeoutMs: number): string | undefined {
  throwUnlessRan(ran, timeoutMs);
  return ran.status === 0 ? undefined : ran.stdout.trim() || wordsOf(ran);
}

function throwUnlessRan(ran: Ran, timeoutMs: number): void {
  if (ran.timedOut) throw new StepTimeout(`no answer within ${timeoutMs} ms`);
  if (ran.status === TIMED_OUT) throw new StepTimeout(wordsOf(ran));
  if (ran.status === BROKEN || ran.status === NOT_EXECUTABLE || ran.status === NOT_FOUND)
    throw new HarnessError(`the command could not run (${ran.status}): ${wordsOf(ran)}`);
}

function outputsOf(stdout: string): Record<string, Json> {
  const text = stdout.trim();
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // Not JSON after all: lines, then.
    }
  }
  const outputs: Record<string, Json> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = PAIR.exec(line) ?? [];
    if (name !== undefined && value !== undefined) outputs[name] = value;
  }
  return outputs;
}

const textOf = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function wordsOf(ran: Ran): string {
  const lines = (ran.stderr || ran.stdout).trim().split('\n');
  return lines.slice(-5).join('\n').trim() || `exit status ${ran.status ?? ran.signal}`;
}
