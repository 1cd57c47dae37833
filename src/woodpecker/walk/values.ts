/** Makes up values for an action's parameters: anything that is allowed, the ends and the odd ones more often. */
import { isForbidden, type Model } from '../model/model.js';
import type { Frame } from '../model/resource.js';
import type { Action, Param, TextKind } from '../suite/suite.js';
import type { Json } from '../types.js';
import type { Random } from './random.js';

/** How often an end of a range, or an odd text, is taken on purpose. */
const EDGE = 0.3;

const NONE: Readonly<Record<string, Json>> = {};

/** Values that the suite says must be refused are not made up here: `illegal.ts` does that on purpose. */
export function makeArgs(action: Action, frame: Frame, random: Random): Readonly<Record<string, Json>> {
  if (action.params.length === 0) return NONE;
  let args: Record<string, Json> = {};
  for (let i = 0; i < TRIES; i++) {
    args = {};
    for (const param of action.params) args[param.name] = makeValue(param, frame, random);
    if (!isForbidden(action, args)) break;
  }
  return args;
}

const TRIES = 32;

export function makeValue(param: Param, frame: Frame, random: Random): Json {
  switch (param.kind) {
    case 'bool':
      return random.chance(0.5);
    case 'enum':
      return param.values[random.below(param.values.length)] ?? null;
    case 'int': {
      const { min, max } = boundsOf(param, frame);
      if (!random.chance(EDGE)) return random.between(min, max);
      const edges = [min, max, Math.min(min + 1, max), Math.max(max - 1, min), ...(min <= 0 && max >= 0 ? [0] : [])];
      return edges[random.below(edges.length)] ?? min;
    }
    case 'text':
      return makeText(param, random);
  }
}

/** Whole numbers; a range that is empty here is its lower end. */
export function boundsOf(param: Param & { kind: 'int' }, frame: Frame): { min: number; max: number } {
  const min = Math.ceil(param.min(frame));
  return { min, max: Math.max(min, Math.floor(param.max(frame))) };
}

/** Whether a value could have been made up for this parameter: what the shrinker may put in its place. */
export function isAllowed(param: Param, value: Json, frame: Frame): boolean {
  switch (param.kind) {
    case 'bool':
      return typeof value === 'boolean';
    case 'enum':
      return param.values.includes(value as never);
    case 'int': {
      const { min, max } = boundsOf(param, frame);
      return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
    }
    case 'text':
      return typeof value === 'string' && [...value].length >= param.min && [...value].length <= param.max;
  }
}

/** The simplest values that an action may have. */
export function simplest(action: Action, model: Model): Record<string, Json> {
  const args: Record<string, Json> = {};
  for (const param of action.params) args[param.name] = simplestOf(param, model);
  return args;
}

export function simplestOf(param: Param, model: Model): Json {
  switch (param.kind) {
    case 'bool':
      return false;
    case 'enum':
      return param.values[0] ?? null;
    case 'text':
      return 'a'.repeat(param.min);
    case 'int': {
      const { min, max } = boundsOf(param, model.frame);
      return Math.min(Math.max(min, 0), max);
    }
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PLAIN = `${LETTERS}${LETTERS.toUpperCase()}0123456789 -_.`;
/** Letters of several scripts and widths, combining marks, an emoji of several code points' worth of trouble. */
const UNICODE = [
  'é',
  'ß',
  'ı',
  'Ω',
  'Ж',
  '百',
  '鸟',
  '云',
  '主',
  '机',
  '한',
  'ク',
  'ﬁ',
  '\u0301',
  '\u200d',
  '\u202e',
  '𝒳',
  '🐦',
  ' ',
  'a',
  '0',
];
/** What quoting, globbing and templating go wrong on. */
const HOSTILE = [
  "'",
  '"',
  '`',
  '$',
  '\\',
  '/',
  '..',
  '*',
  '?',
  '%',
  '&',
  ';',
  '|',
  '<',
  '>',
  '\n',
  '\t',
  '{{',
  '${',
  '#',
  '--',
  ' ',
  'a',
];

function makeText(param: Param & { kind: 'text' }, random: Random): string {
  const { min, max } = param;
  const length = random.chance(EDGE) ? (random.chance(0.5) ? min : max) : random.between(min, Math.min(max, min + 16));
  const alphabet = alphabetOf(param.text, random);
  let text = '';
  let size = 0;
  while (size < length) {
    const next = alphabet[random.below(alphabet.length)] ?? 'a';
    const first = param.text === 'name' && size === 0;
    const piece = first ? (LETTERS[random.below(26)] ?? 'a') : next;
    const width = [...piece].length;
    if (size + width > length) {
      text += 'a';
      size++;
    } else {
      text += piece;
      size += width;
    }
  }
  return text;
}

function alphabetOf(kind: TextKind, random: Random): ArrayLike<string> {
  if (kind === 'name') return `${LETTERS}0123456789-`;
  if (kind === 'hostile') return random.chance(0.7) ? HOSTILE : UNICODE;
  if (kind === 'unicode') return random.chance(0.7) ? UNICODE : PLAIN;
  return PLAIN;
}
