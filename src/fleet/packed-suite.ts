/** A suite's folder as one blob: what is stored in a guild, sent to a machine that accepted it, and checked there by its digest. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { openSuite } from '../woodpecker/drivers/suite-folder.js';
import { SUITE_LIMIT } from './suite.js';

/** Most bytes of a suite when it is unpacked. */
const UNPACKED_LIMIT = 16 * SUITE_LIMIT;
const MOST_FILES = 1000;
/** Folders that no digest covers: installed packages, and what interpreters leave behind. */
const PASSED_OVER: readonly string[] = ['node_modules', '__pycache__'];

/** The blob is no suite, or not the one that was asked for. */
export class BadPackage extends Error {
  override readonly name = 'BadPackage';
}

const packedSchema = z.array(z.strictObject({ path: z.string().min(1).max(300), base64: z.string() })).max(MOST_FILES);

export interface SuiteFile {
  /** Relative to the suite, with /. */
  readonly path: string;
  readonly content: Buffer;
}

export function packSuite(files: readonly SuiteFile[]): Buffer {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return gzipSync(JSON.stringify(sorted.map(({ path, content }) => ({ path, base64: content.toString('base64') }))));
}

/** The files below a folder, hidden ones and installed packages aside. */
export function readFiles(folder: string): SuiteFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((part) => part.startsWith('.') || PASSED_OVER.includes(part)),
    )
    .map((path) => ({ path: relative(folder, path).split(sep).join('/'), content: readFileSync(path) }));
}

/** Throws BadPackage for what cannot be a suite: too large, or with paths that lead out of its folder. */
export function unpackSuite(blob: Uint8Array): SuiteFile[] {
  if (blob.length > SUITE_LIMIT) throw new BadPackage('this is too large for a suite');
  let parsed: z.infer<typeof packedSchema>;
  try {
    parsed = packedSchema.parse(JSON.parse(gunzipSync(blob, { maxOutputLength: UNPACKED_LIMIT }).toString('utf8')));
  } catch {
    throw new BadPackage('this is not a packed suite');
  }
  const paths = new Set(parsed.map(({ path }) => path.toLowerCase()));
  if (paths.size < parsed.length) throw new BadPackage('a suite has no two files of one name');
  return parsed.map(({ path, base64 }) => {
    if (!isInside(path) || foldersOf(path).some((folder) => paths.has(folder.toLowerCase())))
      throw new BadPackage(`a suite has no file at ${JSON.stringify(path)}`);
    return { path, content: Buffer.from(base64, 'base64') };
  });
}

/** `a`, `a/b` for `a/b/c`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, n) => parts.slice(0, n + 1).join('/'));
}

/** True for a relative path that stays below its folder and hides nothing: what the digest passes over is no part of a suite. */
export function isInside(path: string): boolean {
  const parts = path.split('/');
  return (
    parts.length <= 16 &&
    parts.every(
      (part) =>
        part.length <= 100 &&
        /^[^\\:*?"<>|]+$/.test(part) &&
        !part.startsWith('.') &&
        !PASSED_OVER.includes(part) &&
        !/\p{Cc}|\p{Cs}/u.test(part),
    )
  );
}

function layOut(files: readonly SuiteFile[], folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, content } of files) {
    const at = resolve(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    // Scripts of a suite are run by name; nothing else of their mode matters.
    writeFileSync(at, content, { mode: content.subarray(0, 2).toString() === '#!' ? 0o755 : 0o644 });
  }
}

/** Unpacks into `folder` what must have this digest. Throws BadPackage, and changes nothing there, where it has another. */
export function installSuite(blob: Uint8Array, digest: string, folder: string): void {
  const files = unpackSuite(blob);
  const draft = `${folder}.new`;
  try {
    layOut(files, draft);
    const found = digestIn(draft);
    if (found !== digest) throw new BadPackage(`wanted ${digest}, got ${found}`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function digestIn(folder: string): string {
  try {
    return openSuite(folder).suite.digest;
  } catch (error) {
    throw new BadPackage(`this is not a suite: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Folders that hold a suite, directly below this one. */
export function suiteFolders(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(path, 'suite.yaml'), { throwIfNoEntry: false })?.isFile());
}
