import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Guild } from '../../src/platform/guild.js';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { createLog } from '../../src/platform/log.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { nextTime } from '../../src/platform/schedule.js';
import { outlookOf } from '../../src/platform/survey.js';
import { createTimers, type TimerHandlers, type Timers } from '../../src/platform/timers.js';
import { type FakeClock, fakeClock } from '../support/clock.js';

const HOUR = 3_600_000;
const migrations = readMigrations(shipped('migrations'));
const log = createLog({ level: 'silent', destination: process.stderr });

let folder: string;
let clock: FakeClock;
let guilds: GuildStore;
let timers: Timers;
let rung: string[];

const handlers: TimerHandlers = {
  note: (guild, timer) => {
    rung.push(`${guild.id} ${timer.key} ${JSON.stringify(timer.payload)}`);
  },
  again: (guild, timer) => {
    rung.push(timer.key);
    guild.schedule.set({ key: timer.key, kind: 'again', payload: null, due: clock.now() + HOUR });
  },
  broken: (guild) => {
    rung.push('broken');
    guild.outbox.add({ kind: 'delete', channel: '1', message: '2' });
    throw new Error('a mistake');
  },
};

function start(): void {
  guilds = createGuildStore({ folder, migrations, clock });
  timers = createTimers({ guilds, handlers, clock, log });
  timers.start();
}
function stop(): void {
  timers.stop();
  guilds.close();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-schedule-'));
  clock = fakeClock();
  rung = [];
  start();
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

const setNote = (guild: Guild, key: string, inMs: number) =>
  guild.schedule.set({ key, kind: 'note', payload: { n: 1 }, due: clock.now() + inMs });

describe('timers', () => {
  it('ring when they are due, once, and not before', async () => {
    setNote(guilds.open('1'), 'a', 2 * HOUR);
    await clock.advanceAsync(2 * HOUR - 1);
    expect(rung).toEqual([]);
    await clock.advanceAsync(1);
    expect(rung).toEqual(['1 a {"n":1}']);
    await clock.advanceAsync(24 * HOUR);
    expect(rung).toHaveLength(1);
  });

  it('move when they are set again, and go when they are cancelled', async () => {
    const { schedule } = guilds.open('1');
    setNote(guilds.open('1'), 'moved', HOUR);
    setNote(guilds.open('1'), 'moved', 3 * HOUR);
    setNote(guilds.open('1'), 'gone', HOUR);
    expect(schedule.cancel('gone')).toBe(true);
    expect(schedule.cancel('gone')).toBe(false);
    await clock.advanceAsync(2 * HOUR);
    expect(rung).toEqual([]);
    await clock.advanceAsync(HOUR);
    expect(rung).toEqual(['1 moved {"n":1}']);
  });

  it('survive the end of the process, and are rung late rather than never', async () => {
    setNote(guilds.open('1'), 'a', HOUR);
    stop();
    await clock.advanceAsync(5 * HOUR);
    start();
    const { timer } = outlookOf(guilds, '1');
    expect(timer).toBe(clock.now() - 4 * HOUR);
    timers.expect('1', timer ?? 0);
    await clock.advanceAsync(1);
    expect(rung).toEqual(['1 a {"n":1}']);
  });

  it('may set their own key again from their handler', async () => {
    guilds.open('1').schedule.set({ key: 'a', kind: 'again', payload: null, due: clock.now() });
    await clock.advanceAsync(3 * HOUR);
    expect(rung).toEqual(['a', 'a', 'a', 'a']);
  });

  it('whose handler throws change nothing, are tried again later, and hold up nobody', async () => {
    const guild = guilds.open('1');
    guild.schedule.set({ key: 'bad', kind: 'broken', payload: null, due: clock.now() });
    guild.schedule.set({ key: 'unknown', kind: 'no such kind', payload: null, due: clock.now() });
    setNote(guild, 'good', 0);
    await clock.advanceAsync(1000);
    expect(rung.sort()).toEqual(['1 good {"n":1}', 'broken']);
    expect(guild.outbox.stats().pending).toBe(0);
    expect(guild.schedule.failed()).toEqual([
      { key: 'bad', kind: 'broken', attempts: 1, error: 'a mistake', due: clock.now() + 29_000 },
      expect.objectContaining({ key: 'unknown', error: 'no handler for timers of kind "no such kind"' }),
    ]);
    await clock.advanceAsync(29_000);
    expect(rung.filter((what) => what === 'broken')).toHaveLength(2);
  });

  it('come again by their pattern, in their zone; what was missed is not made up for', async () => {
    const guild = guilds.open('1');
    guild.schedule.every({
      key: 'digest',
      kind: 'note',
      payload: {},
      every: { cron: '0 9 * * *', zone: 'Asia/Shanghai' },
    });
    expect(guild.schedule.nextDue()).toBe(Date.UTC(2026, 10, 24, 1));
    await clock.advanceAsync(24 * HOUR);
    expect(rung).toHaveLength(1);
    stop();
    await clock.advanceAsync(5 * 24 * HOUR);
    start();
    timers.expect('1', 0);
    await clock.advanceAsync(1000);
    expect(rung).toHaveLength(2);
    expect(guilds.open('1').schedule.nextDue()).toBe(Date.UTC(2026, 10, 30, 1));
  });

  it('keep the hour of the day when clocks change', () => {
    const every = { cron: '0 9 * * *', zone: 'Europe/Berlin' };
    expect(nextTime(every, Date.UTC(2026, 9, 24, 12))).toBe(Date.UTC(2026, 9, 25, 8));
    expect(nextTime(every, Date.UTC(2026, 9, 23, 12))).toBe(Date.UTC(2026, 9, 24, 7));
  });

  it('refuse a pattern that makes no sense', () => {
    const { schedule } = guilds.open('1');
    const wrong = { key: 'a', kind: 'note', payload: null, every: { cron: 'sometimes', zone: 'UTC' } };
    expect(() => schedule.every(wrong)).toThrow();
    expect(schedule.nextDue()).toBeUndefined();
  });
});
