/** An empty folder for each walk, removed with the walk, and whatever happens to Flock. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../types.js';
import { removeAtDeath } from './process-tree.js';

let base: string | undefined;
let made = 0;

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
    const path = join(base, String(++made));
    mkdirSync(path);
    return { path, remove: () => removeQuietly(path) };
  } catch (error) {
    throw new HarnessError(`no folder for the walk: ${error instanceof Error ? error.message : String(error)}`);
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
