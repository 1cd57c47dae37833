/** An empty folder for each walk, removed with the walk, and whatever happens to Flock. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../types.js';
import { removeAtDeath } from './process-tree.js';

let base: string | undefined;
let made = 0;
/** Left empty by earlier walks: to make and remove a folder may cost more than a walk of a fast system. */
const empty: string[] = [];

/** The folder that the walks' folders are in; undefined before the first walk. */
export const walksFolder = (): string | undefined => base;

export interface WalkFolder {
  readonly path: string;
  remove(): void;
}

/** Throws HarnessError where the disk is full or the temporary folder cannot be written. */
export function createWalkFolder(): WalkFolder {
  try {
    if (!base) {
      const created = mkdtempSync(join(tmpdir(), 'flock-walk-'));
      base = created;
      removeAtDeath(created);
      process.once('exit', () => removeQuietly(created));
    }
    const left = empty.pop();
    const path = left ?? join(base, String(++made));
    if (left === undefined) mkdirSync(path);
    let removed = false;
    return {
      path,
      remove() {
        if (!removed) leave(path);
        removed = true;
      },
    };
  } catch (error) {
    throw new HarnessError(`no folder for the walk: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function leave(path: string): void {
  if (isEmpty(path)) empty.push(path);
  else removeQuietly(path);
}

function isEmpty(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

/** A folder that a dying process still writes to may resist: it lies in the base folder, which is tried again at the end. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    // Tried again when Flock ends, and once more by the warden.
  }
}
