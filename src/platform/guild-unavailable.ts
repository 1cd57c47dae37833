import { statfsSync } from 'node:fs';
import Database from 'better-sqlite3';

export type Unavailability =
  | 'newer' // written by a later version of Flock
  | 'corrupt'
  | 'read-only'
  | 'full' // no space left on the disk
  | 'busy' // another program holds the file
  | 'io';

/** A guild's file cannot be used now. The others go on; this file was not changed. Shown to staff, and in `/doctor`. */
export class GuildUnavailable extends Error {
  override readonly name = 'GuildUnavailable';
  constructor(
    readonly guildId: string,
    readonly kind: Unavailability,
    readonly file: string,
    /** For staff and the log; in English. */
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`guild ${guildId}: ${kind}: ${detail}`, options);
  }
}

/** Whether it may end by itself, while the bot runs: room is made, another program lets go. The others need a person, and a restart. */
export const mayPass = (error: unknown): boolean =>
  error instanceof GuildUnavailable && error.kind !== 'newer' && error.kind !== 'corrupt';

const FEW_BLOCKS = 16n;

function diskIsFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder, { bigint: true });
    return bavail * bsize < FEW_BLOCKS * 4096n;
  } catch {
    return false;
  }
}

function kindOf(code: string, folder: string): Unavailability | undefined {
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES') return 'read-only';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  // A disk that fills under a write-ahead log shows as an I/O error, too.
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || code === 'EIO') {
    return diskIsFull(folder) ? 'full' : 'io';
  }
  return undefined;
}

/** What SQLite or the file system said, as a GuildUnavailable; anything else comes back as it was. */
export function explain(error: unknown, guildId: string, file: string, folder: string): unknown {
  if (error instanceof GuildUnavailable) return error;
  const code = error instanceof Database.SqliteError || isErrno(error) ? error.code : undefined;
  const kind = code === undefined ? undefined : kindOf(code, folder);
  if (kind === undefined || !(error instanceof Error)) return error;
  return new GuildUnavailable(guildId, kind, file, `${error.message} (${code})`, { cause: error });
}

function isErrno(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
