/** A suite as it lies on disk: `suite.yaml`, and beside it the driver and scripts that are part of its digest. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type HashedFile, hashed } from '../suite/digest.js';
import { parseSuite } from '../suite/parse.js';
import type { Suite } from '../suite/suite.js';

const SUITE_FILE = 'suite.yaml';
/** More than this is no suite, but somebody's home folder. */
const MOST_FILES = 1_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** There is no suite here, or more than a suite. The message names the path. */
export class NoSuite extends Error {
  override readonly name = 'NoSuite';
}

export interface SuiteFolder {
  readonly suite: Suite;
  /** Absolute. */
  readonly folder: string;
  /** The suite's own text, for messages with line and column. */
  readonly text: string;
  /** As the caller named it, for messages. */
  readonly file: string;
}

/** `path` is the folder or its suite.yaml. Throws NoSuite, or SuiteError with every problem of the suite. */
export function openSuite(path: string): SuiteFolder {
  const file = statOf(path)?.isDirectory() ? join(path, SUITE_FILE) : path;
  const text = read(file)?.toString('utf8');
  if (text === undefined) throw new NoSuite(`there is no suite at ${path}: a suite is a folder with a ${SUITE_FILE}`);
  const folder = resolve(dirname(file));
  const suite = parseSuite(text, { file, files: filesOf(folder, resolve(file)) });
  return { suite, folder, text, file };
}

/** Everything in the folder but the suite itself, what is hidden, installed packages, and what interpreters leave behind. */
function filesOf(folder: string, suiteFile: string): HashedFile[] {
  const files: HashedFile[] = [];
  let bytes = 0;
  const visit = (at: string) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (isSkipped(entry) || path === suiteFile) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) {
        const content = read(path) ?? Buffer.alloc(0);
        bytes += content.length;
        if (files.length >= MOST_FILES || bytes > MOST_BYTES)
          throw new NoSuite(
            `${folder} has over ${MOST_FILES} files or ${MOST_BYTES} bytes: a suite has a folder of its own`,
          );
        files.push(hashed(relative(folder, path).split(sep).join('/'), content));
      }
    }
  };
  visit(folder);
  return files;
}

function isSkipped({ name }: Dirent): boolean {
  return name.startsWith('.') || name === 'node_modules' || name === '__pycache__';
}

const statOf = (path: string) => statSync(path, { throwIfNoEntry: false });

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
