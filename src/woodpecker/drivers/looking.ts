/** How a shell suite looks at its resources: at all of them in one shell, however many there are. */
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

export interface Sight {
  readonly states: Observation;
  /** Ids of all that there is, by type, for the types that can be listed. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
}

/** Stands between the answers; no state's name and no id has it. */
const SEPARATOR = '\x1e';

/** One question to the system: a command, with the variables that it sees, and what becomes of its answer. */
interface Question {
  readonly about: string;
  readonly command: Command;
  readonly values: Readonly<Record<string, string>>;
  /** Where it fails there is nothing to see; else that is an error of the test. */
  readonly mayFail: boolean;
  heard(answer: string): void;
}

/** Looks at these resources, and lists what there is. Throws HarnessError when a command fails: the test could not look. */
export async function look(
  shell: Shell,
  types: readonly Looks[],
  known: readonly Known[],
  timeoutMs: number,
): Promise<Sight> {
  const states: Record<Handle, string> = {};
  const listed = new Map<string, string[]>();
  const questions: Question[] = [];
  for (const { handle, id } of known) {
    const type = types.find(({ name }) => handle.startsWith(`${name}#`));
    if (type?.observe === undefined) continue;
    const heard = (answer: string) => {
      if (answer === '') throw new HarnessError(`observe of ${handle} printed no state`);
      if (answer.includes('\n'))
        throw new HarnessError(
          `observe of ${handle} printed more than a state: ${JSON.stringify(answer.slice(0, 200))}`,
        );
      states[handle] = answer;
    };
    questions.push({
      about: `observe of ${handle}`,
      command: type.observe,
      values: { id, handle },
      mayFail: false,
      heard,
    });
  }
  for (const { name, list } of types) {
    if (list === undefined) continue;
    const heard = (answer: string) => {
      listed.set(
        name,
        answer
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      );
    };
    questions.push({ about: `list of ${name}`, command: list, values: {}, mayFail: true, heard });
  }
  await asked(shell, questions, timeoutMs);
  return { states, listed };
}

/** Lines of shell are asked in one shell; a command that is a list of words needs a process of its own. */
async function asked(shell: Shell, questions: readonly Question[], timeoutMs: number): Promise<void> {
  for (const { about, command, values, mayFail, heard } of questions) {
    if (typeof command === 'string') continue;
    const ran = await shell.run(command, values, timeoutMs);
    if (ran.timedOut || !mayFail) mustSucceed(about, ran, timeoutMs);
    heard(ran.status === 0 ? ran.stdout.trim() : '');
  }
  const lines = questions.filter(({ command }) => typeof command === 'string');
  if (lines.length === 0) return;

  // One function a command, called with variables: ids are never part of the script's text.
  const names = new Map<Command, string>();
  for (const { command } of lines) if (!names.has(command)) names.set(command, `look_${names.size}`);
  const functions = [...names].map(([command, name]) => `${name}() (\nset -eu\n${String(command)}\n)\n`);
  const variables: Record<string, string> = {};
  const calls = lines.map(({ command, values, mayFail }, i) => {
    const given = Object.entries(values).map(([name, value]) => {
      variables[`look_${name}_${i}`] = value;
      return `${name}=$look_${name}_${i}; export ${name}; `;
    });
    return `${given.join('')}${names.get(command)}${mayFail ? ' || :' : ''}; printf '\\036'\n`;
  });
  const ran = await shell.run(functions.join('') + calls.join(''), variables, timeoutMs);
  const answers = ran.stdout.split(SEPARATOR);
  mustSucceed(lines[answers.length - 1]?.about ?? 'looking', ran, timeoutMs);
  for (const [i, { heard }] of lines.entries()) heard(answers[i]?.trim() ?? '');
}
