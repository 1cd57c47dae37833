/** What makes two sightings the same finding: what failed and how, without what differs from run to run. */
import { createHash } from 'node:crypto';
import { actionNamed, type Suite } from './suite/suite.js';
import type { Failure } from './types.js';

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, 'MAC'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, 'TIME'],
  [/\b\d\d?:\d\d:\d\d(?:[.,]\d+)?/g, 'TIME'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'ID'],
  [/\b[a-z][a-z0-9_]*#\d+/g, 'HANDLE'],
  [/\b[a-z]+:\/\/[^\s'"`<>)\]]+/gi, 'URL'],
  [/(?<![\w.])(?:~|\.{0,2})(?:\/[\w.@%+~-]+)+\/?/g, 'PATH'],
  [/\b[A-Z]:\\[^\s'"`]+/g, 'PATH'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, 'ADDRESS'],
  [/\b0x[0-9a-f]+\b/gi, 'N'],
  // Hexadecimal and mixed identifiers: long enough, and with a digit in them, so that words stay words. They become what
  // numbers become: one hexadecimal identifier in forty has no letter in it.
  [/\b(?=[a-z]*\d)(?=[0-9]*[a-z])[0-9a-z]{8,}\b/gi, 'N'],
  // Names that end in a number: vol-17, disk3.
  [/(?<=[A-Za-z][-_]?)\d+\b/g, 'N'],
  [/-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, 'N'],
];

/** Most characters of a message that count. */
const LENGTH = 500;

/** A message with times, ids, addresses, paths and numbers masked. */
export function maskMessage(message: string): string {
  let masked = message;
  for (const [pattern, word] of MASKS) masked = masked.replace(pattern, word);
  return masked.replace(/\s+/g, ' ').trim().slice(0, LENGTH);
}

/**
 * The states of a failure, as far as they tell findings apart. Where an action takes several states alike, which of them it was
 * is chance: a snapshot that fails on an attached volume and on a free one is one finding. Where it must refuse, it matters.
 */
export function guise(suite: Suite, action: string, states: Failure['states']): Record<string, string> {
  const takes = actionNamed(suite, action)?.takes ?? [];
  const seen: Record<string, string> = {};
  for (const role of Object.keys(states).toSorted()) {
    const take = takes.find((t) => t.role === role);
    const state = states[role] ?? '';
    const allowed = take?.states.map((s) => take.type.states[s] ?? '') ?? [];
    seen[role] = allowed.includes(state) ? allowed.join('|') : state;
  }
  return seen;
}

/**
 * 16 hexadecimal digits over what failed, how, and in which states. A race shows now in one way, now in another, and
 * cut to its fewest steps in a third: all that no order explains is one finding, and a second race shows when the first is mended.
 */
export function signatureOf(
  suite: Suite,
  failure: Pick<Failure, 'kind' | 'action' | 'check' | 'states'>,
  masked: string,
): string {
  const states = guise(suite, failure.action, failure.states);
  const words = failure.kind === 'order' ? '' : masked;
  return createHash('sha256')
    .update(JSON.stringify([suite.name, failure.kind, failure.action, failure.check ?? '', states, words]))
    .digest('hex')
    .slice(0, 16);
}

/** A failure with its mask and signature. */
export function failureOf(suite: Suite, seen: Omit<Failure, 'masked' | 'signature'>): Failure {
  const masked = maskMessage(seen.message);
  return { ...seen, masked, signature: signatureOf(suite, seen, masked) };
}
