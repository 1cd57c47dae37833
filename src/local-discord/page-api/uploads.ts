/** Files that a page has handed over and not yet used: kept in memory, for a while, and only so many bytes of them. */
import { randomUUID } from 'node:crypto';
import type { Upload } from '../actor.js';

/** Discord's own limit is 10 MiB a file; a little more lets the refusal come from Discord's rules, not from here. */
export const uploadLimit = 12 * 1024 * 1024;
const keptBytes = 128 * 1024 * 1024;

export interface Uploads {
  /** Keeps a file and returns its id. The oldest files are forgotten when there are too many bytes. */
  keep(file: Upload): string;
  /** The file of an id. Throws a RangeError when it was never here or is forgotten. */
  of(id: string): Upload;
}

export function createUploads(): Uploads {
  const files = new Map<string, Upload>();
  let bytes = 0;
  return {
    keep(file) {
      const id = randomUUID();
      files.set(id, file);
      bytes += file.data.byteLength;
      for (const [oldest, { data }] of files) {
        if (bytes <= keptBytes || oldest === id) break;
        files.delete(oldest);
        bytes -= data.byteLength;
      }
      return id;
    },
    of(id) {
      const file = files.get(id);
      if (!file) throw new RangeError('This file is no longer here: choose it again.');
      return file;
    },
  };
}
