import { createHash } from 'node:crypto';
import type { SuiteSource } from './schema.js';

export interface HashedFile {
  /** Relative to the suite, with /. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Of reproducers alone: what the suite reads. */
  readonly text?: string;
}

const REPRODUCER = /^reproducers\/[^/]+\.ya?ml$/;

/** A file of a suite, as it counts. `path` is relative to the suite, with /. */
export function hashed(path: string, content: Buffer): HashedFile {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return REPRODUCER.test(path) ? { path, sha256, text: content.toString('utf8') } : { path, sha256 };
}

/**
 * `sha256:<hex>` of a suite: of what it says, not of how it is laid out. The order of actions counts, for walks depend on
 * it; comments, blanks and quotes do not. The files that belong to it are part of it.
 */
export function digestOf(source: SuiteSource, files: readonly HashedFile[]): string {
  const hash = createHash('sha256').update(JSON.stringify(source));
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`\n${file.path}\0${file.sha256}`);
  return `sha256:${hash.digest('hex')}`;
}
