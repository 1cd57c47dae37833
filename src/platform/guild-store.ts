import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Cancel, Clock } from './clock.js';
import { createDurability } from './durability.js';
import { createGuild, type Guild } from './guild.js';
import { hasLog, openGuildFile } from './guild-file.js';
import { explain, GuildUnavailable } from './guild-unavailable.js';
import { makeFolder } from './make-folder.js';
import { latest, type Migration } from './migrate.js';

export interface GuildStoreOptions {
  /** Where `<guild id>.sqlite` files are; made when it is missing. */
  readonly folder: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  /** Most files open at once. */
  readonly most?: number;
}

interface Held {
  readonly guild: Guild;
  holders: number;
  /** Pushed out of the cache while somebody works on it: closed when the last one is done. */
  evicted: boolean;
}

const ENDING = '.sqlite';
const SNOWFLAKE = /^\d{1,20}$/;
/** How long a refused file is not looked at again; milliseconds. */
const REFUSAL_MS = 10_000;
const CHECKPOINT_EVERY_MS = 500;
/** Some hundred pages: a log that is still quick to read and to recover. */
const CHECKPOINT_COMMITS = 200;
const CLOSING_MS = 1_000;

export type GuildStore = ReturnType<typeof createGuildStore>;

/** All guilds' files. Each is opened when it is first needed, and the least used are closed. */
export function createGuildStore({ folder, migrations, clock, most = 256 }: GuildStoreOptions) {
  makeFolder(folder);
  const boot = clock.newId();
  const checked = new Set<string>();
  const problems = new Map<string, { error: GuildUnavailable; since: number; at: number }>();
  const held = new Map<string, Held>();
  /** Since the file's log was last moved into it. */
  const commits = new Map<string, number>();
  const listeners = { effect: new Set<(guildId: string) => void>(), timer: new Set<(guildId: string) => void>() };
  let cancelCheckpoint: Cancel | undefined;
  let closed = false;

  const open = new LRUCache<string, Held>({
    max: most,
    // Not by `dispose`: it runs in the middle of a `set`, and a closing that throws would leave the cache half changed.
    disposeAfter: (entry, _id, reason) => {
      if (reason === 'set') return;
      if (entry.holders > 0) entry.evicted = true;
      else close(entry);
    },
  });

  const fileOf = (guildId: string): string => {
    if (!SNOWFLAKE.test(guildId)) throw new TypeError(`not a guild id: ${JSON.stringify(guildId)}`);
    return join(folder, `${guildId}${ENDING}`);
  };

  const durability = createDurability((file, error) => {
    const guildId = basename(file, ENDING);
    const explained = explain(error, guildId, file, folder);
    trouble(guildId, explained);
    // The system may have dropped what it could not write, and say yes the next time: closing moves the log into the file.
    open.delete(guildId);
    return explained;
  });

  function close({ guild }: Held): void {
    durability.forget(guild.file);
    held.delete(guild.id);
    commits.delete(guild.id);
    if (guild.db.open) guild.db.close();
  }

  function trouble(guildId: string, error: unknown): void {
    if (!(error instanceof GuildUnavailable)) return;
    const now = clock.now();
    problems.set(guildId, { error, since: problems.get(guildId)?.since ?? now, at: now });
    // A damaged file is let go: the next use looks at every page again. A full disk may have room at the next try.
    if (error.kind === 'corrupt') {
      checked.delete(guildId);
      open.delete(guildId);
    }
  }

  function load(guildId: string): Held {
    const file = fileOf(guildId);
    const known = problems.get(guildId);
    if (known && known.error.kind !== 'full' && clock.now() - known.at < REFUSAL_MS) throw known.error;
    try {
      const db = openGuildFile({ guildId, file, migrations, check: !checked.has(guildId) });
      checked.add(guildId);
      problems.delete(guildId);
      const tell = (to: Set<(guildId: string) => void>) => () => {
        for (const listener of to) listener(guildId);
      };
      const guild = createGuild({
        id: guildId,
        file,
        folder,
        db,
        clock,
        boot,
        onEffect: tell(listeners.effect),
        onTimer: tell(listeners.timer),
        onTrouble: (error) => trouble(guildId, error),
        onBegin: () => durability.watch(file),
        onCommit: (hurried) => {
          if (hurried) durability.committed(file);
          problems.delete(guildId);
          commits.set(guildId, (commits.get(guildId) ?? 0) + 1);
        },
      });
      return { guild, holders: 0, evicted: false };
    } catch (error) {
      trouble(guildId, error);
      throw error;
    }
  }

  function entryOf(guildId: string): Held {
    if (closed) throw new Error('the store is closed');
    const entry = open.get(guildId) ?? held.get(guildId) ?? load(guildId);
    if (entry.evicted || !open.has(guildId)) {
      entry.evicted = false;
      open.set(guildId, entry);
    }
    return entry;
  }

  /** Moves the log of one file that was written much into the file: the fsyncs happen here, not in somebody's command, nor all at once. */
  function checkpoint(): void {
    cancelCheckpoint = clock.after(CHECKPOINT_EVERY_MS, checkpoint);
    for (const [guildId, count] of commits) {
      if (count < CHECKPOINT_COMMITS) continue;
      commits.delete(guildId);
      const guild = open.peek(guildId)?.guild;
      if (!guild?.db.open) continue;
      try {
        guild.db.pragma('wal_checkpoint(PASSIVE)');
      } catch (error) {
        trouble(guildId, explain(error, guildId, guild.file, folder));
      }
      return;
    }
  }
  cancelCheckpoint = clock.after(CHECKPOINT_EVERY_MS, checkpoint);

  return {
    folder,
    /** The schema that files are brought to. */
    schemaVersion: latest(migrations),
    isOpen: (guildId: string): boolean => open.has(guildId) || held.has(guildId),

    /**
     * A guild's state, for use before the next `await`: another guild's opening may close it. Work that awaits takes `use`.
     * Throws GuildUnavailable when its file is damaged, newer than this program, or cannot be written.
     */
    open: (guildId: string): Guild => entryOf(guildId).guild,

    /** Runs `work` on a guild whose file stays open until the work is done. Throws GuildUnavailable as `open` does. */
    async use<T>(guildId: string, work: (guild: Guild) => T | Promise<T>): Promise<T> {
      const entry = entryOf(guildId);
      entry.holders += 1;
      held.set(guildId, entry);
      try {
        return await work(entry.guild);
      } catch (error) {
        const explained = explain(error, guildId, entry.guild.file, folder);
        if (explained !== error) trouble(guildId, explained);
        throw explained;
      } finally {
        entry.holders -= 1;
        if (entry.holders === 0) {
          held.delete(guildId);
          if (entry.evicted) close(entry);
        }
      }
    },

    /** Does this guild have a file? */
    has: (guildId: string): boolean => existsSync(fileOf(guildId)),
    fileOf,

    /** Every guild that has a file here. */
    list: (): string[] =>
      readdirSync(folder)
        .filter((name) => name.endsWith(ENDING))
        .map((name) => basename(name, ENDING))
        .filter((name) => SNOWFLAKE.test(name)),

    /** Closes a guild's file, if it is open and nobody works on it; it opens again when it is needed. */
    release(guildId: string): boolean {
      if (held.has(guildId)) return false;
      open.delete(guildId);
      return true;
    },

    openCount: (): number => open.size,
    openIds: (): string[] => [...open.keys()],
    /** Guilds refused at their last use, for staff and `/doctor`. */
    problems: (): { guildId: string; error: GuildUnavailable; since: number }[] =>
      [...problems].map(([guildId, { error, since }]) => ({ guildId, error, since })),

    /** Resolves when all that was committed is on the disk: what goes out waits for it. Undefined when it is. Rejects with GuildUnavailable. */
    settled: () => durability.settled(),
    /** The same for what was committed to this guild just now: another's trouble is not its own. */
    settledIn: (guild: Guild) => durability.settled(guild.file),

    /** Tells of effects and timers that were added, soon after their transaction. Returns how to stop it. */
    on(what: 'effect' | 'timer', listener: (guildId: string) => void): () => void {
      listeners[what].add(listener);
      return () => listeners[what].delete(listener);
    },

    /** Size on disk with the log, in bytes. */
    size: (guildId: string): number =>
      [fileOf(guildId), `${fileOf(guildId)}-wal`].reduce(
        (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
        0,
      ),

    /**
     * Closes the files, those with nothing in their log first. On a slow disk it stops after a second: what is left is as safe as
     * after a kill, and the next process moves it into the files.
     */
    close(): void {
      closed = true;
      cancelCheckpoint?.();
      const logOf = ({ guild }: Held): number => (hasLog(guild.file) ? 1 : 0);
      const entries = [...new Set([...open.values(), ...held.values()])].sort((a, b) => logOf(a) - logOf(b));
      const until = clock.now() + CLOSING_MS;
      for (const entry of entries) {
        if (clock.now() > until) break;
        close(entry);
      }
    },
  };
}
