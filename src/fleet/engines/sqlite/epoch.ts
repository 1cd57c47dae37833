import Database from 'better-sqlite3';

/**
 * Raises the epoch of a guild's file that came out of a backup: what machines were lent after it was made is stale from now
 * on. By the clock, so that one backup restored twice begins two epochs.
 */
export function raiseEpoch(file: string, now: number): void {
  const db = new Database(file, { fileMustExist: true });
  try {
    const lends = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'machine'`).get();
    if (lends === undefined) return;
    db.prepare(
      `INSERT INTO meta (key, value) VALUES ('fleet.epoch', :now)
       ON CONFLICT DO UPDATE SET value = max(cast(value AS INTEGER) + 1, :now)`,
    ).run({ now: Math.floor(now / 1000) });
  } finally {
    db.close();
  }
}
