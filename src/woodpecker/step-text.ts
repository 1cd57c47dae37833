/**
 * The one way to write a step, in suites' patterns, traces and reproducers:
 *
 *     attach_volume vm#1 volume#2 bus="virtio"
 *     copy from=file#1 folder#2 -> copy=file#3      what it makes comes after the arrow
 *     !start_vm vm#1                                the system must refuse it
 *     2| stop_vm vm#1                               in lane 2 of the concurrent suffix
 *
 * `role=` may be left out where the role is named like the type. Values are JSON; a handle is never JSON, so they cannot be mixed up.
 */
import type { Handle, Json, Step } from './types.js';

/** A line that is not a step; `column` counts from 1. */
export class StepSyntaxError extends Error {
  override readonly name = 'StepSyntaxError';
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

const HANDLE = /^([a-z][a-z0-9_]*)#([1-9]\d*)$/;
const HEAD = /^\s*(?:([12])\|\s*)?(!)?([a-z][a-z0-9_]*)/;
const WORD = /\s*(?:(->)|(?:([a-z][a-z0-9_]*)=)?([a-z][a-z0-9_]*#[1-9]\d*)(?=\s|$)|([a-z][a-z0-9_]*)=)/y;

export function isHandle(text: string): text is Handle {
  return HANDLE.test(text);
}

/** The type of a resource, from its handle. */
export function typeOf(handle: Handle): string {
  return handle.slice(0, handle.lastIndexOf('#'));
}

/** Its number among those of its type. */
export const numberOf = (handle: Handle): number => Number(handle.slice(handle.lastIndexOf('#') + 1));

export function printStep(step: Step): string {
  const words: string[] = [];
  for (const role in step.takes) words.push(named(role, step.takes[role] as Handle));
  for (const key in step.args) words.push(`${key}=${printValue(step.args[key])}`);
  let made = false;
  for (const role in step.makes) {
    if (!made) words.push('->');
    made = true;
    words.push(named(role, step.makes[role] as Handle));
  }
  const head = `${step.lane ? `${step.lane}| ` : ''}${step.refused ? '!' : ''}${step.action}`;
  return words.length === 0 ? head : `${head} ${words.join(' ')}`;
}

/** Characters that JSON leaves as they are, and that nobody sees: controls, and what turns the text around it. */
const UNSEEN = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A value as JSON, in which such characters stand as escapes: a line shows what it says, wherever it is shown. */
function printValue(value: Json | undefined): string {
  const text = JSON.stringify(value);
  return text.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const named = (role: string, handle: Handle): string => (typeOf(handle) === role ? handle : `${role}=${handle}`);

/** Throws StepSyntaxError. */
export function parseStep(line: string): Step {
  const head = HEAD.exec(line);
  if (!head?.[3]) throw new StepSyntaxError('a step starts with the name of its action', 1);
  const takes: Record<string, Handle> = {};
  const makes: Record<string, Handle> = {};
  const args: Record<string, Json> = {};
  let into = takes;
  let at = head[0].length;
  const end = line.trimEnd().length;
  while (at < end) {
    WORD.lastIndex = at;
    const word = WORD.exec(line);
    if (!word)
      throw new StepSyntaxError(
        `expected role=type#1, name=JSON or ->, found "${line.slice(at).trim()}"`,
        wordAt(line, at) + 1,
      );
    at += word[0].length;
    const [, arrow, role, handle, key] = word;
    if (arrow) into = makes;
    else if (handle) {
      const by = role ?? typeOf(handle as Handle);
      if (by in takes || by in makes) throw new StepSyntaxError(`"${by}" is named twice`, at - handle.length + 1);
      into[by] = handle as Handle;
    } else if (key) {
      const length = jsonLength(line, at);
      try {
        args[key] = JSON.parse(line.slice(at, at + length)) as Json;
      } catch {
        throw new StepSyntaxError(`"${key}" needs a JSON value, found "${line.slice(at, at + length)}"`, at + 1);
      }
      at += length;
    }
  }
  return {
    action: head[3],
    takes,
    makes,
    args,
    ...(head[2] ? { refused: true as const } : {}),
    ...(head[1] ? { lane: Number(head[1]) as 1 | 2 } : {}),
  };
}

/** Where the next word begins. */
const wordAt = (line: string, at: number): number => at + (line.slice(at).length - line.slice(at).trimStart().length);

/** How many characters of `line`, from `at`, one JSON value takes: strings and brackets may contain blanks. */
function jsonLength(line: string, at: number): number {
  let depth = 0;
  let quoted = false;
  let i = at;
  for (; i < line.length; i++) {
    const c = line[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '[' || c === '{') depth++;
    else if (c === ']' || c === '}') depth--;
    else if (c === ' ' && depth === 0) break;
  }
  return Math.min(i, line.length) - at;
}
