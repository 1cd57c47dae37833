import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkup } from '../../src/platform/checkup.js';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { GuildUnavailable } from '../../src/platform/guild-unavailable.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { type FakeClock, fakeClock } from '../support/clock.js';

const migrations = readMigrations(shipped('migrations'));
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'pipe' });

/** A real small disk needs the right to mount one. */
function canMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'flock-mount-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'flock-test', at);
    execFileSync('umount', [at]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true });
  }
}
const mountable = canMount();
if (!mountable) console.log('skipped: full and read-only disks (mounting needs root)');

let disk: string;
let clock: FakeClock;
let store: GuildStore;
const open = () => createGuildStore({ folder: disk, migrations, clock });
const post = (guild: string, content: string) =>
  store.open(guild).outbox.add({ kind: 'post', channel: '5', message: { content } });
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

describe.skipIf(!mountable)('a disk', () => {
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'flock-disk-'));
    mount('-t', 'tmpfs', '-o', 'size=2m', 'flock-test', disk);
    clock = fakeClock();
    store = open();
  });
  afterEach(async () => {
    await store.settled();
    store.close();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });
  const fill = (bytes: number) => {
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(bytes, 1));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  };

  it('that is full refuses the change as a whole, says why, and goes on when there is room', () => {
    post('1', 'before');
    fill(4_000_000);
    const many = store.open('1').transaction(() => {
      for (let i = 0; i < 50; i++) post('1', 'filler '.repeat(500));
    });
    expect(refusal(many).kind).toBe('full');
    expect(store.open('1').outbox.stats().pending).toBe(1);
    expect(store.problems()).toMatchObject([{ guildId: '1', error: { kind: 'full' } }]);
    rmSync(join(disk, 'ballast'));
    many();
    expect(store.open('1').outbox.stats().pending).toBe(51);
    expect(store.problems()).toEqual([]);
  });

  it('that is full makes no new guild, and leaves no half of one', () => {
    fill(4_000_000);
    expect(refusal(() => store.open('7')).kind).toBe('full');
    rmSync(join(disk, 'ballast'));
    clock.advance(60_000);
    post('7', 'now there is room');
    expect(store.open('7').outbox.stats().pending).toBe(1);
  });

  it('that can only be read refuses its guilds and leaves their files as they are', () => {
    post('1', 'before');
    store.close();
    const before = digest(join(disk, '1.sqlite'));
    mount('-o', 'remount,ro', disk);
    try {
      store = open();
      expect(refusal(() => store.open('1')).kind).toBe('read-only');
      expect(refusal(() => store.open('2')).kind).toBe('read-only');
      expect(digest(join(disk, '1.sqlite'))).toBe(before);
      expect(checkup(disk, migrations)).toContainEqual({
        level: 'wrong',
        text: expect.stringContaining('cannot be written'),
      });
    } finally {
      mount('-o', 'remount,rw', disk);
    }
    clock.advance(60_000);
    expect(store.open('1').outbox.stats().pending).toBe(1);
  });

  it('that becomes read-only under an open file refuses writes, and lets the others go on', () => {
    post('1', 'before');
    const add = store.open('1').transaction(() => post('1', 'after'));
    // As a failing disk does: the file system refuses the write that SQLite tries.
    store.open('1').db.pragma('query_only = ON');
    expect(refusal(add).kind).toBe('read-only');
    store.open('1').db.pragma('query_only = OFF');
    post('2', 'goes on');
    expect(store.open('2').outbox.stats().pending).toBe(1);
  });
});
