import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { makeFolder } from './make-folder.js';

/** A backup that cannot be made or taken back; the message is for the person at the terminal. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

const MANIFEST = 'manifest.json';
const NAME = /^\d{1,20}\.sqlite$/;

const manifestSchema = z.object({
  format: z.literal('flock-backup'),
  version: z.literal(1),
  made: z.iso.datetime(),
  files: z.array(
    z.object({
      name: z.string().regex(NAME),
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      schema: z.int().nonnegative(),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
type Entry = Manifest['files'][number];

export interface BackupResult {
  readonly manifest: Manifest;
  /** Guild files that could not be read, and why. */
  readonly failed: readonly { readonly name: string; readonly error: string }[];
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Copies every guild's file into `target`, each as it is at one instant, while a bot may be writing. The manifest is written last:
 * without it, a folder is no backup. Refuses a folder that has something in it.
 */
export const backup = explained(async (guildsFolder: string, target: string, now: number): Promise<BackupResult> => {
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new BackupError(`${target} is not empty: name a new folder`);
  }
  if (!existsSync(guildsFolder)) throw new BackupError(`${guildsFolder} does not exist: there is nothing to back up`);
  makeFolder(target);
  const files: Entry[] = [];
  const failed: { name: string; error: string }[] = [];
  for (const name of readdirSync(guildsFolder).filter((file) => NAME.test(file))) {
    try {
      files.push(await copyOne(join(guildsFolder, name), join(target, name), name));
    } catch (error) {
      rmSync(join(target, name), { force: true });
      failed.push({ name, error: error instanceof Error ? error.message : String(error) });
    }
  }
  const manifest: Manifest = { format: 'flock-backup', version: 1, made: new Date(now).toISOString(), files };
  writeFileSync(join(target, `${MANIFEST}.new`), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
  renameSync(join(target, `${MANIFEST}.new`), join(target, MANIFEST));
  return { manifest, failed };
});

/** What the file system says (no room, no right, no folder) is for the person at the terminal, too. */
function explained<A extends unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await work(...args);
    } catch (error) {
      if (error instanceof Database.SqliteError || (error instanceof Error && 'syscall' in error)) {
        throw new BackupError(error.message, { cause: error });
      }
      throw error;
    }
  };
}

async function copyOne(source: string, copy: string, name: string): Promise<Entry> {
  const db = new Database(source, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    // All pages in one step: in steps of some pages, every write of the bot would start the copy anew.
    await db.backup(copy, { progress: () => 0x7fff_ffff });
  } finally {
    db.close();
  }
  const made = new Database(copy);
  try {
    // One file, without a log beside it.
    made.pragma('journal_mode = DELETE');
    const problem = made.pragma('quick_check(1)', { simple: true });
    if (problem !== 'ok') throw new BackupError(`the file is damaged: ${problem}`);
    const schema = Number(made.pragma('user_version', { simple: true }));
    made.close();
    return { name, bytes: statSync(copy).size, sha256: await sha256(copy), schema };
  } finally {
    if (made.open) made.close();
  }
}

/** Reads a backup's manifest and compares every file with it. Throws BackupError with all that is wrong. */
export async function verifyBackup(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) throw new BackupError(`${path} does not exist: this is not a finished backup`);
  const manifest = parseManifest(path);
  const wrong: string[] = [];
  for (const { name, bytes, sha256: wanted } of manifest.files) {
    const file = join(folder, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) wrong.push(`${name} is missing`);
    else if (size !== bytes) wrong.push(`${name} has ${size} bytes instead of ${bytes}`);
    else if ((await sha256(file)) !== wanted) wrong.push(`${name} has a different checksum`);
  }
  if (wrong.length > 0) throw new BackupError(`${folder} is damaged:\n${wrong.join('\n')}`);
  return manifest;
}

function parseManifest(path: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new BackupError(`${path} cannot be read: ${why}`, { cause: error });
  }
}

export interface RestoreOptions {
  /** Replace guild files that are there; those replaced are kept beside, as `<name>.before-<time>`. */
  readonly overwrite: boolean;
  /** The newest schema that this program knows. */
  readonly schema: number;
  readonly now: number;
  /** Done to each file before it takes its place. */
  readonly prepare?: (file: string) => void;
}

/**
 * Takes a backup back, after all of it was verified. Call it with the folder's lock held. Refuses a damaged backup, one of a newer
 * program, and to replace files unless told.
 */
export const restore = explained(
  async (folder: string, guildsFolder: string, options: RestoreOptions): Promise<Manifest> => {
    const manifest = await verifyBackup(folder);
    const newer = manifest.files.find(({ schema }) => schema > options.schema);
    if (newer) {
      throw new BackupError(
        `${newer.name} has schema version ${newer.schema}, this program knows ${options.schema}: restore with the version that wrote it`,
      );
    }
    makeFolder(guildsFolder);
    const present = manifest.files.filter(({ name }) => existsSync(join(guildsFolder, name)));
    if (present.length > 0 && !options.overwrite) {
      throw new BackupError(
        `${present.length} of ${manifest.files.length} guilds have a file in ${guildsFolder} already: add --overwrite to replace them`,
      );
    }
    // First all copies, then the renames: a full disk or a kill in between leaves what was there.
    const draftOf = (name: string): string => join(guildsFolder, `${name}.restoring`);
    try {
      for (const { name } of manifest.files) {
        await copyDurably(join(folder, name), draftOf(name));
        options.prepare?.(draftOf(name));
      }
    } catch (error) {
      for (const { name } of manifest.files) rmSync(draftOf(name), { force: true });
      throw error;
    }
    for (const { name } of manifest.files) {
      const file = join(guildsFolder, name);
      setAside(file, `${file}.before-${options.now}`);
      renameSync(draftOf(name), file);
    }
    return manifest;
  },
);

/** A log that a killed process left belongs to its file: it must never meet another one. */
function setAside(file: string, aside: string): void {
  for (const ending of ['', '-wal', '-shm']) {
    if (existsSync(file + ending)) renameSync(file + ending, aside + ending);
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  await handle.sync();
  await handle.close();
}
