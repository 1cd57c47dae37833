/** How a shell suite looks at its resources: all of them in one shell, however many there are. */
import { type Handle, HarnessError, type Known, type Observation } from '../types.js';
import type { Command } from './command.js';
import type { Shell } from './shell.js';
import { mustSucceed } from './shell-answer.js';

/** A resource type's commands, as its suite has them. */
export interface Looks {
  readonly name: string;
  readonly observe?: Command;
  readonly list?: Command;
}

/** Stands between the answers; no state's name has it. */
const SEPARATOR = '\x1e';

/** States of those whose types can be observed. Throws HarnessError when a command fails: the test could not look. */
export async function observeAll(
  shell: Shell,
  types: readonly Looks[],
  known: readonly Known[],
  timeoutMs: number,
): Promise<Observation> {
  const states: Record<Handle, string> = {};
  const together: { known: Known; type: Looks }[] = [];
  for (const one of known) {
    const type = types.find(({ name }) => one.handle.startsWith(`${name}#`));
    if (typeof type?.observe === 'string') together.push({ known: one, type });
    else if (type?.observe) {
      const ran = await shell.run(type.observe, { id: one.id, handle: one.handle }, timeoutMs);
      states[one.handle] = mustSucceed(`observe of ${one.handle}`, ran, timeoutMs).trim();
    }
  }
  if (together.length === 0) return states;

  // One function a type, called with $id from a variable: ids are never part of the script's text.
  const used = new Set(together.map(({ type }) => type));
  const functions = [...used].map((type) => `look_${type.name}() (\nset -eu\n${String(type.observe)}\n)\n`);
  const values: Record<string, string> = {};
  const calls = together.map(({ known: { id, handle }, type }, i) => {
    values[`look_id_${i}`] = id;
    values[`look_handle_${i}`] = handle;
    return `id=$look_id_${i} handle=$look_handle_${i}; export id handle; look_${type.name}; printf '\\036'\n`;
  });
  const ran = await shell.run(functions.join('') + calls.join(''), values, timeoutMs);
  const answers = ran.stdout.split(SEPARATOR);
  const failed = together[answers.length - 1];
  mustSucceed(`observe of ${failed ? failed.known.handle : 'resources'}`, ran, timeoutMs);
  for (const [i, { known: one }] of together.entries()) {
    const state = answers[i]?.trim();
    if (!state) throw new HarnessError(`observe of ${one.handle} printed no state`);
    states[one.handle] = state;
  }
  return states;
}

/** Ids of all that there is, by type; where `list` fails there is nothing to list. */
export async function listAll(
  shell: Shell,
  types: readonly Looks[],
  timeoutMs: number,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { name, list } of types) {
    if (!list) continue;
    const ran = await shell.run(list, {}, timeoutMs);
    if (ran.timedOut) throw new HarnessError(`list of ${name} took over ${timeoutMs} ms`);
    const lines = ran.status === 0 ? ran.stdout.split('\n') : [];
    found.set(name, lines.map((line) => line.trim()).filter(Boolean));
  }
  return found;
}
