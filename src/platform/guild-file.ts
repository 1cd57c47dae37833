import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { explain, GuildUnavailable } from './guild-unavailable.js';
import { latest, type Migration, migrate, NewerSchema, schemaVersion } from './migrate.js';

const MAGIC = 'SQLite format 3\0';
const USER_VERSION_AT = 60;

/** Reads the schema version from the file's first bytes, without SQLite: the file is not touched. Empty: undefined; not a database: 'corrupt'. */
export function peekVersion(file: string): number | 'corrupt' | undefined {
  const header = Buffer.alloc(100);
  const handle = openSync(file, 'r');
  try {
    const read = readSync(handle, header, 0, header.length, 0);
    if (read === 0) return undefined;
    if (read < header.length || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'corrupt';
    return header.readInt32BE(USER_VERSION_AT);
  } finally {
    closeSync(handle);
  }
}

/** A write-ahead log with something in it: the last process did not close this file. */
export function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function quickCheck(db: Database.Database): string | undefined {
  const answer = db.pragma('quick_check(1)', { simple: true });
  return answer === 'ok' ? undefined : String(answer);
}

export interface OpenOptions {
  readonly guildId: string;
  readonly file: string;
  readonly migrations: readonly Migration[];
  /** Read every page first. Once a process is enough. */
  readonly check: boolean;
}

/**
 * Opens a guild's file for reading and writing, created and brought up to date as needed.
 * Throws GuildUnavailable, and then has not changed the file: what would be refused is looked at before anything can write.
 */
export function openGuildFile(options: OpenOptions): Database.Database {
  const { guildId, file, migrations, check } = options;
  const refused = (kind: GuildUnavailable['kind'], detail: string) => new GuildUnavailable(guildId, kind, file, detail);
  let db: Database.Database | undefined;
  let unchecked = check;
  try {
    const exists = existsSync(file);
    accessSync(dirname(file), constants.W_OK);
    if (exists) {
      accessSync(file, constants.R_OK | constants.W_OK);
      const version = peekVersion(file);
      if (version === 'corrupt') throw refused('corrupt', 'this is not a SQLite file');
      if (version !== undefined && version > latest(migrations)) throw new NewerSchema(version, latest(migrations));
      // Closing a writable connection moves a left log into the file: look through a read-only one first.
      if (check && hasLog(file)) {
        inspect(options);
        unchecked = false;
      }
    }
    db = new Database(file, { timeout: 5000 });
    // KiB. Hundreds of files are open at once, and the system's page cache is behind them.
    db.pragma('cache_size = -128');
    if (exists && unchecked) {
      const problem = quickCheck(db);
      if (problem !== undefined) throw refused('corrupt', problem);
      db.pragma('shrink_memory');
    }
    db.pragma('journal_mode = WAL');
    db.pragma('foreign_keys = ON');
    db.pragma('temp_store = MEMORY');
    // The store moves the log into the file in quiet moments; this is for a burst that never ends (pages).
    db.pragma('wal_autocheckpoint = 8000');
    // A commit is in the log at once, and the log is brought to the disk beside the event loop: see durability.ts.
    db.pragma('synchronous = NORMAL');
    migrate(db, migrations);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof NewerSchema) throw refused('newer', error.message);
    throw explain(error, guildId, file, dirname(file));
  }
}

/** Looks at a file through a read-only connection, all of it. Throws GuildUnavailable. */
export function inspect({ guildId, file, migrations }: Omit<OpenOptions, 'check'>): {
  version: number;
  parked: number;
} {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    const version = schemaVersion(db);
    if (version > latest(migrations)) throw new NewerSchema(version, latest(migrations));
    const problem = quickCheck(db);
    if (problem !== undefined) throw new GuildUnavailable(guildId, 'corrupt', file, problem);
    return { version, parked: version === 0 ? 0 : countParked(db) };
  } catch (error) {
    if (error instanceof NewerSchema) throw new GuildUnavailable(guildId, 'newer', file, error.message);
    throw explain(error, guildId, file, dirname(file));
  } finally {
    db?.close();
  }
}

const countParked = (db: Database.Database): number =>
  db.prepare<[], number>("SELECT count(*) FROM outbox WHERE state = 'parked'").pluck().get() ?? 0;
