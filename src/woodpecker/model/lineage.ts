/**
 * How a resource came to be, as a number. Two volumes in the same state are not alike when one was made empty and the other
 * from an image of a machine that is gone; many bugs sit in just that. Hashes, not tables: they cost nothing to keep.
 */
import type { Resource } from './resource.js';

/** FNV-1a over 32-bit words. */
export const mix = (hash: number, word: number): number => Math.imul(hash ^ word, 0x01000193);
export const SEED = 0x811c9dc5 | 0;

/** None, one, or more: how many resources point at one matters in this grain only. */
const few = (n: number): number => (n === 0 ? 0 : n === 1 ? 1 : 2);

/** Small numbers as they are, larger ones by magnitude: a size in bytes is not another thing each time. */
const grain = (n: number): number =>
  n > -16 && n < 16 ? Math.round(n * 4) : Math.sign(n) * (64 + Math.clz32(Math.abs(n)));

/** State, attributes, and whether anything points at it. Texts count where the suite lists them. */
export function shapeOf(r: Resource): number {
  let hash = mix(SEED, r.state);
  for (let i = 0; i < r.attributes.length; i++) {
    const value = r.attributes[i];
    if (typeof value === 'number') hash = mix(hash, grain(value));
    else if (typeof value === 'boolean') hash = mix(hash, value ? 1 : 2);
    else hash = mix(hash, r.type.attributes[i]?.choices?.indexOf(value ?? '') ?? 0);
  }
  for (let i = 0; i < r.pointing.length; i++) hash = mix(hash, few((r.pointing[i] as Resource[]).length));
  return hash;
}

/** The action that made it and the states of what that took: the first `count` of `takes`. */
export function originOf(action: number, takes: readonly Resource[], count: number): number {
  let hash = mix(SEED, action + 1);
  for (let i = 0; i < count; i++) hash = mix(hash, shapeOf(takes[i] as Resource));
  return hash;
}

/** As `originOf`, and how each of those came to be. */
export function lineageOf(action: number, takes: readonly Resource[], count: number): number {
  let hash = mix(SEED, action + 1);
  for (let i = 0; i < count; i++) hash = mix(mix(hash, shapeOf(takes[i] as Resource)), (takes[i] as Resource).origin);
  return hash;
}
