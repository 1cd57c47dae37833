import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { survey } from '../../src/platform/survey.js';
import { fakeClock } from '../support/clock.js';

let folder: string;
let guilds: GuildStore;
const clock = fakeClock();
const open = () => createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-survey-'));
  guilds = open();
});
afterEach(() => {
  guilds.close();
  rmSync(folder, { recursive: true });
});

async function surveyed() {
  const told: Record<string, unknown> = {};
  const problems: string[] = [];
  await survey({
    guilds,
    now: clock.now,
    tell: (guildId, { effect, timer }) => {
      told[guildId] = { effect, timer };
    },
    onProblem: (guildId) => void problems.push(guildId),
    signal: new AbortController().signal,
  });
  return { told, problems };
}

it('tells when each file wants attention, and when to look again at one that cannot be read just now', async () => {
  guilds.open('1').outbox.add({ kind: 'post', channel: '5', message: { content: 'a' } }, { due: 7 });
  guilds.open('2').schedule.set({ key: 'k', kind: 'k', payload: null, due: 9 });
  guilds.open('3').outbox.add({ kind: 'post', channel: '5', message: { content: 'a' } });
  guilds.close();
  guilds = open();
  writeFileSync(join(folder, '4.sqlite'), 'this is no database, but it is more than sixteen bytes long');
  // What stands where its log would be keeps SQLite out, until somebody takes it away.
  mkdirSync(join(folder, '3.sqlite-wal'));
  const later = clock.now() + 30_000;
  expect(await surveyed()).toEqual({
    told: { 1: { effect: 7 }, 2: { timer: 9 }, 3: { effect: later, timer: later } },
    problems: ['3', '4'],
  });
  rmdirSync(join(folder, '3.sqlite-wal'));
  clock.advance(30_000);
  expect((await surveyed()).told[3]).toEqual({ effect: clock.now() - 30_000 });
});
