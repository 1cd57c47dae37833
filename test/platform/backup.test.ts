import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackupError, backup, restore, verifyBackup } from '../../src/platform/backup.js';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { latest, readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { type FakeClock, fakeClock } from '../support/clock.js';

const migrations = readMigrations(shipped('migrations'));
const schema = latest(migrations);

let root: string;
let clock: FakeClock;
let store: GuildStore;
const at = (...parts: string[]) => join(root, ...parts);
const open = () => createGuildStore({ folder: at('guilds'), migrations, clock });
const post = (guild: string, content: string) =>
  store.open(guild).outbox.add({ kind: 'post', channel: '5', message: { content } });
const pending = (guild: string) => store.open(guild).outbox.stats().pending;
const back = (overwrite = false) => restore(at('backup'), at('guilds'), { overwrite, schema, now: clock.now() });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flock-backup-'));
  clock = fakeClock();
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(root, { recursive: true });
});

describe('a backup', () => {
  it('comes back as it was, over what happened since, which is kept aside', async () => {
    post('1', 'a');
    post('2', 'a');
    const { manifest, failed } = await backup(at('guilds'), at('backup'), clock.now());
    expect(failed).toEqual([]);
    expect(manifest.files.map(({ name }) => name).sort()).toEqual(['1.sqlite', '2.sqlite']);
    post('1', 'b');
    store.close();
    await back(true);
    store = open();
    expect([pending('1'), pending('2')]).toEqual([1, 1]);
    const aside = readdirSync(at('guilds')).find((name) => name.startsWith('1.sqlite.before-')) ?? '';
    const before = new Database(at('guilds', aside), { readonly: true });
    expect(before.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(2);
    before.close();
  });

  it('comes back on an empty machine', async () => {
    post('1', 'a');
    await backup(at('guilds'), at('backup'), clock.now());
    store.close();
    rmSync(at('guilds'), { recursive: true });
    await back();
    store = open();
    expect(pending('1')).toBe(1);
  });

  it('is of one instant while somebody writes all the time', async () => {
    const guild = store.open('1');
    guild.db.exec('CREATE TABLE pair (a INTEGER, b INTEGER) STRICT; INSERT INTO pair VALUES (0, 0)');
    const step = guild.transaction(() => {
      guild.db.exec('UPDATE pair SET a = a + 1');
      for (let i = 0; i < 20; i++) post('1', 'filler '.repeat(50));
      guild.db.exec('UPDATE pair SET b = b + 1');
    });
    let writing = true;
    const writer = (async () => {
      while (writing) {
        step();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let i = 0; i < 5; i++) {
      await backup(at('guilds'), at(`backup${i}`), clock.now());
      const copy = new Database(at(`backup${i}`, '1.sqlite'), { readonly: true });
      const { a, b } = copy.prepare<[], { a: number; b: number }>('SELECT a, b FROM pair').get() ?? { a: -1, b: -2 };
      expect(a).toBe(b);
      expect(copy.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(a * 20);
      copy.close();
    }
    writing = false;
    await writer;
    expect(readdirSync(at('backup0')).sort()).toEqual(['1.sqlite', 'manifest.json']);
  });

  it('names a damaged file, and saves the others', async () => {
    post('1', 'a');
    post('2', 'a');
    store.close();
    writeFileSync(at('guilds', '2.sqlite'), 'not a database '.repeat(1000));
    const { manifest, failed } = await backup(at('guilds'), at('backup'), clock.now());
    expect(manifest.files.map(({ name }) => name)).toEqual(['1.sqlite']);
    expect(failed).toEqual([{ name: '2.sqlite', error: expect.stringContaining('not a database') }]);
    expect(readdirSync(at('backup')).sort()).toEqual(['1.sqlite', 'manifest.json']);
    store = open();
  });

  it('that cannot be written, or taken back, says what the file system said, and leaves nothing half done', async () => {
    post('1', 'a');
    post('2', 'a');
    await backup(at('guilds'), at('backup'), clock.now());
    writeFileSync(at('file'), '');
    await expect(backup(at('guilds'), at('file', 'backup'), 0)).rejects.toThrow(/^ENOTDIR.*backup/);
    store.close();
    rmSync(at('guilds'), { recursive: true });
    // Where the copy of the second one would go, something is in the way.
    mkdirSync(at('guilds', '2.sqlite.restoring', 'x'), { recursive: true });
    await expect(back()).rejects.toThrow(BackupError);
    expect(readdirSync(at('guilds'))).toEqual(['2.sqlite.restoring']);
    store = open();
  });

  it('is not written into a folder that has something in it', async () => {
    mkdirSync(at('backup'));
    writeFileSync(at('backup', 'mine.txt'), 'mine');
    await expect(backup(at('guilds'), at('backup'), 0)).rejects.toThrow(BackupError);
    expect(readdirSync(at('backup'))).toEqual(['mine.txt']);
  });
});

describe('a restore', () => {
  beforeEach(async () => {
    post('1', 'a');
    post('2', 'a');
    await backup(at('guilds'), at('backup'), clock.now());
    store.close();
  });
  const flip = (file: string) => {
    const bytes = readFileSync(file);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  };
  const edit = (from: RegExp, to: string) => {
    const file = at('backup', 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };

  it('replaces nothing unless told to', async () => {
    rmSync(at('guilds', '2.sqlite'));
    await expect(back()).rejects.toThrow('1 of 2 guilds have a file');
    expect(existsSync(at('guilds', '2.sqlite'))).toBe(false);
  });

  it.each([
    ['a changed bit', () => flip(at('backup', '2.sqlite')), '2.sqlite has a different checksum'],
    ['a missing file', () => rmSync(at('backup', '1.sqlite')), '1.sqlite is missing'],
    ['a file cut short', () => writeFileSync(at('backup', '1.sqlite'), 'x'), '1.sqlite has 1 bytes instead of'],
    ['no manifest', () => rmSync(at('backup', 'manifest.json')), 'not a finished backup'],
    ['a broken manifest', () => writeFileSync(at('backup', 'manifest.json'), '{'), 'cannot be read'],
    ['a path out of the folder', () => edit(/1\.sqlite/, '../1.sqlite'), 'cannot be read'],
    ['a newer schema', () => edit(/"schema": \d+/, '"schema": 999'), 'schema version 999'],
  ])('refuses a backup with %s, and changes nothing', async (_, damage, message) => {
    cpSync(at('guilds'), at('before'), { recursive: true });
    damage();
    await expect(back(true)).rejects.toThrow(message);
    expect(readdirSync(at('guilds'))).toEqual(readdirSync(at('before')));
    for (const name of ['1.sqlite', '2.sqlite']) {
      expect(readFileSync(at('guilds', name)).equals(readFileSync(at('before', name)))).toBe(true);
    }
  });

  it('verifies a good backup', async () => {
    expect((await verifyBackup(at('backup'))).files).toHaveLength(2);
  });
});
