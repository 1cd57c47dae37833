import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { GuildUnavailable } from '../../src/platform/guild-unavailable.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { type FakeClock, fakeClock } from '../support/clock.js';

const migrations = readMigrations(shipped('migrations'));

let root: string;
let folder: string;
let clock: FakeClock;
let store: GuildStore;
const openStore = (most = 256) => createGuildStore({ folder, migrations, clock, most });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flock-store-'));
  folder = join(root, 'guilds');
  clock = fakeClock();
  store = openStore();
});
afterEach(() => {
  store.close();
  rmSync(root, { recursive: true, force: true });
});

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

function refusal(work: () => unknown): GuildUnavailable {
  try {
    work();
  } catch (error) {
    if (error instanceof GuildUnavailable) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const post = (channel: string) => ({ kind: 'post', channel, message: { content: 'hello' } }) as const;

describe('a guild store', () => {
  it('keeps each guild in a file of its own, durable and strict', () => {
    const guild = store.open('111');
    guild.outbox.add(post('5'));
    expect(store.open('222').outbox.stats().pending).toBe(0);
    expect(store.list().sort()).toEqual(['111', '222']);
    expect(guild.db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(guild.db.pragma('foreign_keys', { simple: true })).toBe(1);
    const loose = guild.db
      .prepare<[], { name: string }>("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0")
      .all()
      .filter(({ name }) => !name.startsWith('sqlite_'));
    expect(loose).toEqual([]);
  });

  it('finds everything again after it was closed', () => {
    store.open('111').outbox.add(post('5'));
    store.close();
    store = openStore();
    expect(store.open('111').outbox.stats()).toMatchObject({ pending: 1, oldest: clock.now() });
  });

  it('refuses a guild id that is not one', () => {
    expect(() => store.open('../../etc/passwd')).toThrow(TypeError);
  });

  it('keeps no more files open than it may, and closes the least used', () => {
    store.close();
    store = openStore(2);
    const first = store.open('1');
    store.open('2');
    store.open('3');
    expect(store.openCount()).toBe(2);
    expect(first.db.open).toBe(false);
    expect(store.open('1').db.open).toBe(true);
  });

  it('does not close a file while somebody works on it', async () => {
    store.close();
    store = openStore(1);
    let finish = () => {};
    const pause = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const work = store.use('1', async (guild) => {
      await pause;
      return guild.outbox.add(post('5'));
    });
    const other = store.open('2');
    expect(other.db.open).toBe(true);
    finish();
    expect(await work).toBe(1);
    expect(store.open('1').outbox.stats().pending).toBe(1);
  });

  it('gives the same guild to all who use it at once, even when it left the cache', async () => {
    store.close();
    store = openStore(1);
    await store.use('1', async (guild) => {
      store.open('2');
      expect(store.open('1')).toBe(guild);
    });
  });

  it('moves the log of a busy file into the file in quiet moments, so that it does not grow for ever', () => {
    const guild = store.open('1');
    const add = guild.transaction(() => guild.outbox.add(post('5')));
    const write = () => {
      for (let i = 0; i < 300; i++) add();
      clock.advance(1000);
      return statSync(`${guild.file}-wal`).size;
    };
    const first = write();
    expect(write()).toBeLessThan(first * 1.5);
    expect(write()).toBeLessThan(first * 1.5);
  });

  it('rolls a transaction back when it throws', () => {
    const guild = store.open('1');
    const failing = guild.transaction((channel: string) => {
      guild.outbox.add(post(channel));
      throw new Error('no');
    });
    expect(() => failing('5')).toThrow('no');
    expect(guild.outbox.stats().pending).toBe(0);
  });

  it('tells of new effects and timers after their transaction', async () => {
    const told: string[] = [];
    store.on('effect', (id) => told.push(`effect ${id}`));
    store.on('timer', (id) => told.push(`timer ${id}`));
    const guild = store.open('1');
    guild.transaction(() => {
      guild.outbox.add(post('5'));
      guild.schedule.set({ key: 'a', kind: 'test', payload: null, due: 1 });
      expect(told).toEqual([]);
    })();
    await Promise.resolve();
    expect(told).toEqual(['effect 1', 'timer 1']);
  });
});

describe('a file that cannot be used', () => {
  it('is refused when a newer program wrote it, and left as it is; the others go on', () => {
    store.open('1');
    store.close();
    const file = join(folder, '1.sqlite');
    const db = new Database(file);
    db.pragma('user_version = 999');
    db.close();
    const before = digest(file);
    store = openStore();
    const error = refusal(() => store.open('1'));
    expect(error).toMatchObject({ kind: 'newer', guildId: '1', file });
    expect(error.detail).toContain('999');
    expect(digest(file)).toBe(before);
    expect(readdirSync(folder)).toEqual(['1.sqlite']);
    store.open('2').outbox.add(post('5'));
    expect(store.problems()).toEqual([{ guildId: '1', error, since: clock.now() }]);
  });

  it('is refused when a newer program was killed and its last word is still in the log', () => {
    store.open('1');
    store.close();
    const file = join(folder, '1.sqlite');
    // A process that dies with the file open leaves its log behind.
    const script = `const db = new (require('better-sqlite3'))(${JSON.stringify(file)});
      db.pragma('user_version = 999'); process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    const before = digest(file);
    store = openStore();
    expect(refusal(() => store.open('1')).kind).toBe('newer');
    expect(digest(file)).toBe(before);
  });

  it.each([
    ['is not a database', (file: string) => writeFileSync(file, 'hello '.repeat(2000))],
    ['is cut off', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 9000))],
    [
      'has pages overwritten',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes.fill(0xaa, 4096, bytes.length - 4096);
        writeFileSync(file, bytes);
      },
    ],
  ])('is refused as corrupt when it %s, and left as it is', (_, damage) => {
    store.open('1').outbox.add(post('5'));
    store.close();
    const file = join(folder, '1.sqlite');
    damage(file);
    const before = digest(file);
    store = openStore();
    expect(refusal(() => store.open('1')).kind).toBe('corrupt');
    expect(digest(file)).toBe(before);
  });
});

describe('what is on the disk before it goes out', () => {
  const guild = () => store.open('7');
  const post = () => guild().outbox.add({ kind: 'post', channel: '1', message: { content: 'hi' } });

  it('waits for nothing that is found out again', async () => {
    guild().unhurriedTransaction(() => guild().db.exec("INSERT INTO setting VALUES ('a', 'b')"))();
    expect(store.settled()).toBeUndefined();
  });

  it('waits for every effect, however unhurried its cause', async () => {
    guild().unhurriedTransaction(() => guild().transaction(post)())();
    expect(store.settled()).toBeInstanceOf(Promise);
    await store.settled();
    guild().unhurriedTransaction(() => undefined)();
    expect(store.settled()).toBeUndefined();
  });

  it('forgets about an effect that was taken back', () => {
    const undone = guild().unhurriedTransaction(() => {
      post();
      throw new Error('undone');
    });
    expect(undone).toThrow('undone');
    guild().unhurriedTransaction(() => undefined)();
    expect(store.settled()).toBeUndefined();
  });
});
