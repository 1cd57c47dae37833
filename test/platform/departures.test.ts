import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDepartures, KEPT_MS } from '../../src/platform/departures.js';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { outlookOf } from '../../src/platform/survey.js';
import { type FakeClock, fakeClock } from '../support/clock.js';

let folder: string;
let clock: FakeClock;
let guilds: GuildStore;
let departures: ReturnType<typeof createDepartures>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-departures-'));
  clock = fakeClock();
  guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock });
  departures = createDepartures(guilds, clock);
  guilds.open('1').outbox.add({ kind: 'post', channel: '5', message: { content: 'kept' } });
});
afterEach(() => {
  guilds.close();
  rmSync(folder, { recursive: true });
});

describe('a guild that the bot left', () => {
  it('is as it was when the bot comes back within 30 days', () => {
    departures.left('1');
    clock.advance(KEPT_MS - 1);
    expect(departures.archive('1')).toBeUndefined();
    expect(departures.returned('1')).toBe(true);
    clock.advance(KEPT_MS);
    expect(departures.archive('1')).toBeUndefined();
    expect(guilds.open('1').outbox.stats().pending).toBe(1);
  });

  it('has its whole file moved to the archive after 30 days, and starts anew when it comes back', () => {
    departures.left('1');
    clock.advance(KEPT_MS);
    const archived = departures.archive('1') ?? '';
    expect(readdirSync(folder)).toEqual(['archive']);
    const db = new Database(archived, { readonly: true });
    expect(db.prepare('SELECT payload FROM outbox').pluck().get()).toContain('kept');
    db.close();
    expect(departures.returned('1')).toBe(false);
    expect(guilds.open('1').outbox.stats().pending).toBe(0);
  });

  it('counts from the first time that it was seen to be gone', () => {
    departures.left('1');
    clock.advance(KEPT_MS / 2);
    departures.left('1');
    expect(outlookOf(guilds, '1').leftAt).toBe(clock.now() - KEPT_MS / 2);
    clock.advance(KEPT_MS / 2);
    expect(departures.archive('1')).toBeDefined();
  });

  it('is not moved under the hands of somebody who works on it', async () => {
    departures.left('1');
    clock.advance(KEPT_MS);
    await guilds.use('1', () => {
      expect(departures.archive('1')).toBeUndefined();
      expect(existsSync(guilds.fileOf('1'))).toBe(true);
    });
    expect(departures.archive('1')).toBeDefined();
  });

  it('leaves nothing when there was no file', () => {
    departures.left('2');
    expect(guilds.has('2')).toBe(false);
  });
});
