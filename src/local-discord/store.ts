/**
 * The world in one SQLite file. Changes are gathered and written once an event-loop turn, in one transaction; messages
 * are read channel by channel when somebody looks. A crash of this process may lose its last turn, never more.
 */
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from '../platform/make-folder.js';
import type { Id, Message } from './model.js';
import { guildRecord, KINDS, placeRecord } from './records.js';
import type { Change, Kind, World } from './world.js';

const VERSION = 1;

const SCHEMA = `
  -- One row a thing that Discord remembers; 'parent' is what it stands in (a role's guild).
  CREATE TABLE record (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    parent TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  -- Messages apart, so that a channel's history is read in one sweep; ids sort by length, then as text.
  CREATE TABLE message (
    channel TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (channel, id)
  ) STRICT, WITHOUT ROWID;
  -- The bytes of attachments.
  CREATE TABLE file (id TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
`;

export interface Store {
  /** Whether the file held nothing: then it is for the caller to seed. */
  readonly empty: boolean;
  /** Writes what is gathered, now. */
  flush(): void;
  close(): void;
}

/** The file was written by a newer version, and is left untouched. */
export class NewerStore extends Error {
  override readonly name = 'NewerStore';
}

/** Throws when the file is no database. */
function versionOf(db: Database.Database, path: string): number {
  try {
    return Number(db.pragma('user_version', { simple: true }));
  } catch (error) {
    db.close();
    throw new Error(`${path} cannot be read; without it, a new Discord begins.`, { cause: error });
  }
}

/**
 * Opens the file at `path`, fills the (empty) world from it, and from then on keeps it up to date. `:memory:` is allowed.
 * `onError` hears of a write that failed (a full disk): it is tried again with the next change.
 */
export function openStore(path: string, world: World, onError: (error: unknown) => void = rethrow): Store {
  if (path !== ':memory:') makeFolder(dirname(path));
  const db = new Database(path);
  const version = versionOf(db, path);
  if (version > VERSION) {
    db.close();
    throw new NewerStore(`${path} was written by a newer version (${version}; this one knows ${VERSION}).`);
  }
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  if (version === 0)
    db.transaction(() => {
      db.exec(SCHEMA);
      db.pragma(`user_version = ${VERSION}`);
    })();

  const putRecord = db.prepare<[string, string, string, string]>(
    'INSERT INTO record (kind, key, parent, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET parent = excluded.parent, body = excluded.body',
  );
  const dropRecord = db.prepare<[string, string]>('DELETE FROM record WHERE kind = ? AND key = ?');
  const dropWithin = db.prepare<[string]>('DELETE FROM record WHERE parent = ?');
  const putMessage = db.prepare<[string, string, string]>(
    'INSERT INTO message (channel, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  );
  const dropMessage = db.prepare<[string, string]>('DELETE FROM message WHERE channel = ? AND id = ?');
  const dropHistory = db.prepare<[string]>('DELETE FROM message WHERE channel = ?');
  const history = db.prepare<[string], { body: string }>(
    'SELECT body FROM message WHERE channel = ? ORDER BY length(id), id',
  );
  const ofKind = db.prepare<[string], { parent: string; body: string }>(
    'SELECT parent, body FROM record WHERE kind = ? ORDER BY length(key), key',
  );
  const putFile = db.prepare<[string, Buffer]>('INSERT OR REPLACE INTO file (id, bytes) VALUES (?, ?)');
  const getFile = db.prepare<[string], { bytes: Buffer }>('SELECT bytes FROM file WHERE id = ?');

  const changes = new Map<string, Change>();
  const files = new Map<Id, Buffer>();
  let scheduled: NodeJS.Immediate | undefined;

  const write = db.transaction(() => {
    for (const [id, bytes] of files) putFile.run(id, bytes);
    for (const { kind, key, parent, record } of changes.values()) {
      if (kind === 'message') {
        if (record) putMessage.run(parent, key, JSON.stringify(record));
        else dropMessage.run(parent, key);
      } else if (record) putRecord.run(kind, key, parent, JSON.stringify(plain(world, kind, key, record)));
      else {
        dropRecord.run(kind, key);
        if (kind === 'channel') dropHistory.run(key);
        if (kind === 'guild') dropWithin.run(key);
      }
    }
  });

  function flush(): void {
    scheduled = undefined;
    if (changes.size === 0 && files.size === 0) return;
    write();
    changes.clear();
    files.clear();
  }

  function soon(): void {
    scheduled ??= setImmediate(() => {
      try {
        flush();
      } catch (error) {
        onError(error);
      }
    });
  }

  let empty = true;
  for (const kind of KINDS) {
    if (kind === 'message') continue;
    for (const { parent, body } of ofKind.iterate(kind)) {
      empty = false;
      resumeAfter(world, body);
      placeRecord(world, kind, JSON.parse(body), parent);
    }
  }
  const newest = db.prepare<[], { id: string | null }>(
    'SELECT id FROM message ORDER BY length(id) DESC, id DESC LIMIT 1',
  );
  const last = newest.get()?.id;
  if (last) world.resumeIds(last);
  world.loadMessages = function* load(channelId) {
    for (const { body } of history.iterate(channelId)) {
      const message: Message = JSON.parse(body);
      yield message;
    }
  };
  world.files = {
    put(id, bytes) {
      files.set(id, bytes);
      soon();
    },
    get: (id) => files.get(id) ?? getFile.get(id)?.bytes,
  };
  world.onChange = (change) => {
    changes.set(`${change.kind} ${change.key}`, change);
    soon();
  };

  return {
    empty,
    flush,
    close() {
      if (scheduled) clearImmediate(scheduled);
      flush();
      world.onChange = undefined;
      world.loadMessages = undefined;
      db.close();
    },
  };
}

/** A clock that stands, or was set back, must not give an id twice. */
function resumeAfter(world: World, body: string): void {
  const id = /^\{"(?:id|user_id)":"(\d+)"/.exec(body)?.[1];
  if (id) world.resumeIds(id);
}

function rethrow(error: unknown): never {
  throw error;
}

/** A guild is stored without what is in it: that has rows of its own. */
function plain(world: World, kind: Kind, key: string, record: object): object {
  const guild = kind === 'guild' ? world.guilds.get(key) : undefined;
  return guild ? guildRecord(guild) : record;
}
