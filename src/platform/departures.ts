import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.js';
import type { GuildStore } from './guild-store.js';
import { makeFolder } from './make-folder.js';

/** How long the file of a guild that the bot left stays where it is; milliseconds. */
export const KEPT_MS = 30 * 24 * 3_600_000;
const KEY = 'left_at';

/** What becomes of the file of a guild that the bot was removed from: kept for 30 days, as it was, then moved to `archive`. */
export function createDepartures(guilds: GuildStore, clock: Clock) {
  const leftAt = (guildId: string): number | undefined => {
    const { db } = guilds.open(guildId);
    const value = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(KEY);
    return value === undefined ? undefined : Number(value);
  };

  return {
    /** The bot is not in this guild any more. Noted once; a guild without a file leaves nothing. */
    left(guildId: string): void {
      if (!guilds.has(guildId)) return;
      const { db } = guilds.open(guildId);
      db.prepare('INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)').run(KEY, String(clock.now()));
    },

    /** The bot is in this guild: everything is as before. Returns whether it had been away. */
    returned(guildId: string): boolean {
      if (!guilds.has(guildId) || leftAt(guildId) === undefined) return false;
      guilds.open(guildId).db.prepare('DELETE FROM meta WHERE key = ?').run(KEY);
      return true;
    },

    leftAt,

    /** Moves the file of a guild that was left 30 days ago or more out of the way. Returns where to, or undefined. */
    archive(guildId: string): string | undefined {
      const since = leftAt(guildId);
      if (since === undefined || clock.now() - since < KEPT_MS) return undefined;
      // One file to move: what is in the log goes into it first.
      guilds.open(guildId).db.pragma('wal_checkpoint(TRUNCATE)');
      if (!guilds.release(guildId)) return undefined;
      const folder = join(guilds.folder, 'archive');
      makeFolder(folder);
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const target = join(folder, `${guildId}-${day}-${clock.newId().slice(-6)}.sqlite`);
      const file = guilds.fileOf(guildId);
      renameSync(file, target);
      for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true });
      return target;
    },
  };
}
