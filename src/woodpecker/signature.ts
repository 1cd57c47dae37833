/** What makes two sightings the same finding: what failed and how, without what differs from run to run. */
import { createHash } from 'node:crypto';
import type { Failure } from './types.js';

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, 'TIME'],
  [/\b\d\d?:\d\d:\d\d(?:[.,]\d+)?/g, 'TIME'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'ID'],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, 'MAC'],
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

/** 16 hexadecimal digits over what failed, how, and in which states. */
export function signatureOf(failure: Pick<Failure, 'kind' | 'action' | 'check' | 'states'>, masked: string): string {
  const states = Object.entries(failure.states).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([failure.kind, failure.action, failure.check ?? '', states, masked]))
    .digest('hex')
    .slice(0, 16);
}

/** A failure with its mask and signature. */
export function failureOf(seen: Omit<Failure, 'masked' | 'signature'>): Failure {
  const masked = maskMessage(seen.message);
  return { ...seen, masked, signature: signatureOf(seen, masked) };
}
