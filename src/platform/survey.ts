import Database from 'better-sqlite3';
import { hasLog, peekVersion } from './guild-file.js';
import type { GuildStore } from './guild-store.js';
import { mayPass } from './guild-unavailable.js';

/** What a guild's file says without being kept open. Times in milliseconds. */
export interface Outlook {
  /** When its next effect is due. */
  readonly effect: number | undefined;
  readonly timer: number | undefined;
  /** When the bot was seen to be no longer in the guild. */
  readonly leftAt: number | undefined;
}

const QUERY = `SELECT (SELECT min(due) FROM outbox WHERE state = 'pending') AS effect, (SELECT min(due) FROM schedule) AS timer,
  (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'left_at') AS leftAt`;

function read(db: Database.Database): Outlook {
  const row = db.prepare<[], Record<keyof Outlook, number | null>>(QUERY).get();
  return { effect: row?.effect ?? undefined, timer: row?.timer ?? undefined, leftAt: row?.leftAt ?? undefined };
}

/**
 * Reads the outlook of a guild. A file that a process closed in good order, in the current schema, is opened for an instant with a
 * tiny cache; any other is opened as for use, with all checks. Throws GuildUnavailable.
 */
export function outlookOf(guilds: GuildStore, guildId: string): Outlook {
  const file = guilds.fileOf(guildId);
  const wasOpen = guilds.isOpen(guildId);
  const asForUse = (): Outlook => {
    const outlook = read(guilds.open(guildId).db);
    // After a crash every file has a log: they are not all kept open for that.
    if (!wasOpen) guilds.release(guildId);
    return outlook;
  };
  if (wasOpen || hasLog(file) || peekVersion(file) !== guilds.schemaVersion) return asForUse();
  const db = new Database(file, { timeout: 1000 });
  try {
    db.pragma('cache_size = 8');
    return read(db);
  } catch (error) {
    // Opened as for use, it says what is wrong, and is noted among the problems.
    if (error instanceof Database.SqliteError) return asForUse();
    throw error;
  } finally {
    db.close();
  }
}

export interface SurveyDeps {
  readonly guilds: GuildStore;
  readonly now: () => number;
  /** Of a file that cannot be read now, but may be later, it says when to look again. */
  readonly tell: (guildId: string, outlook: Pick<Outlook, 'effect' | 'timer'>) => void;
  readonly onProblem: (guildId: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

const LOOK_AGAIN_MS = 30_000;

/** Reads every guild's outlook, one at a time with room for others in between. `signal` ends it. */
export async function survey({ guilds, now, tell, onProblem, signal }: SurveyDeps): Promise<void> {
  for (const guildId of guilds.list()) {
    if (signal.aborted) return;
    try {
      tell(guildId, outlookOf(guilds, guildId));
    } catch (error) {
      onProblem(guildId, error);
      const later = now() + LOOK_AGAIN_MS;
      if (mayPass(error)) tell(guildId, { effect: later, timer: later });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
