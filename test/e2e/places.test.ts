import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSettings, type Place } from '../../src/community/settings.js';
import { neededPermissions } from '../../src/discord/invite.js';
import { updateChannel } from '../../src/local-discord/operations/channels.js';
import { addBot } from '../../src/local-discord/operations/guilds.js';
import { kick } from '../../src/local-discord/operations/members.js';
import { deleteThread, updateThread } from '../../src/local-discord/operations/threads.js';
import { snowflakeAt } from '../../src/local-discord/world.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { answered, read } from '../support/until.js';

/** What waits for some seconds waits for a tenth of them. */
const hasty: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms < 20_000 ? ms / 10 : ms, run) };

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;
beforeAll(async () => {
  town = await openTown({ clock: hasty });
  bot = await town.startBot();
});
afterAll(() => town.close());

const settings = () => createSettings(bot.guilds.open(town.guild.id).db);
const has = (place: Place) => settings().place(place) !== undefined;
const madeAgo = (ms: number) => snowflakeAt(Date.now() - ms);
const soon = { timeout: 10_000 };
/** Whatever Discord told before was heard by then. */
const heard = () => answered(town.local.actor(town.ana.id).command(town.general.id, 'help'));
const changeForum = (body: object) => updateChannel(town.local.world, town.owner.id, town.questions.id, body);

it('forgets a tag that is deleted, and nothing else at that', async () => {
  const [tag] = town.questions.available_tags ?? [];
  settings().setPlace('tag.open', tag?.id ?? '');
  settings().setPlace('role.helper', madeAgo(0));
  changeForum({ topic: 'Ask here' });
  await heard();
  expect(has('tag.open')).toBe(true);
  changeForum({ available_tags: [] });
  await heard();
  expect(has('tag.open')).toBe(false);
  expect(has('role.helper')).toBe(true);
});

it('counts what it just made as there, though Discord has not told of it yet, and looks again', async () => {
  settings().setPlace('role.moderator', madeAgo(3_600_000));
  settings().setPlace('role.helper', madeAgo(6_000));
  town.local.dropGateway('invalid-session', town.application.id);
  await expect.poll(() => has('role.moderator'), soon).toBe(false);
  expect(has('role.helper')).toBe(true);
  await expect.poll(() => has('role.helper'), { timeout: 15_000 }).toBe(false);
});

it('hears what becomes of posts that were archived before it came', async () => {
  settings().setPlace('channel.questions', town.questions.id);
  const ana = town.local.actor(town.ana.id);
  const post = (title: string) => ana.post(town.questions.id, { title, content: title }).thread.id;
  const [renamed, deleted] = [post('First'), post('Second')];
  const questions = () =>
    bot.guilds.open(town.guild.id).db.prepare('SELECT title, state FROM question ORDER BY id').all();
  await expect.poll(questions, soon).toHaveLength(2);
  await expect.poll(() => bot.guilds.open(town.guild.id).outbox.stats().pending, soon).toBe(0);
  const change = (thread: string, body: object) => updateThread(town.local.world, town.owner.id, thread, body);
  await bot.stop();
  for (const thread of [renamed, deleted]) change(thread, { archived: true });
  bot = await town.startBot();
  change(renamed, { archived: false, name: 'First of all' });
  deleteThread(town.local.world, town.owner.id, deleted);
  await expect.poll(questions, soon).toEqual([
    { title: 'First of all', state: 'open' },
    { title: 'Second', state: 'gone' },
  ]);
});

it('takes a post that it does not find for deleted, and troubles nobody with what was to be done there', async () => {
  const guild = () => bot.guilds.open(town.guild.id);
  const ana = town.local.actor(town.ana.id);
  const { thread } = ana.post(town.questions.id, { title: 'Third', content: 'Third' });
  const state = () =>
    guild().db.prepare<[string], string>('SELECT state FROM question WHERE thread = ?').pluck().get(thread.id);
  await expect.poll(state, soon).toBe('open');
  await expect.poll(() => guild().outbox.stats().pending, soon).toBe(0);
  const { parked } = guild().outbox.stats();
  await bot.stop();
  deleteThread(town.local.world, town.owner.id, thread.id);
  bot = await town.startBot();
  guild().outbox.add({ kind: 'post', channel: thread.id, message: { content: 'Who can help?' } });
  await expect.poll(state, soon).toBe('gone');
  await expect.poll(() => guild().outbox.stats(), soon).toMatchObject({ pending: 0, parked });
});

it('lists no post for long that was deleted while it was stopped', async () => {
  const guild = () => bot.guilds.open(town.guild.id);
  const ana = town.local.actor(town.ana.id);
  const post = (title: string) => ana.post(town.questions.id, { title, content: title }).thread.id;
  const [kept, deleted] = [post('Kept for long'), post('Deleted meanwhile')];
  const state = (thread: string) =>
    guild().db.prepare<[string], string>('SELECT state FROM question WHERE thread = ?').pluck().get(thread);
  await expect.poll(() => [state(kept), state(deleted)], soon).toEqual(['open', 'open']);
  await expect.poll(() => guild().outbox.stats().pending, soon).toBe(0);
  await bot.stop();
  updateThread(town.local.world, town.owner.id, kept, { archived: true });
  deleteThread(town.local.world, town.owner.id, deleted);
  bot = await town.startBot();
  const list = await answered(ana.command(town.general.id, 'question list'));
  await expect.poll(() => state(deleted), soon).toBe('gone');
  expect(state(kept)).toBe('open');
  await expect.poll(() => read(ana.message(list)), soon).not.toContain('Deleted meanwhile');
  expect(read(ana.message(list))).toContain('Kept for long');
});

it('catches up with what happened while it could not write', async () => {
  await heard();
  const { db } = bot.guilds.open(town.guild.id);
  db.pragma('query_only = ON');
  town.local.actor(town.ana.id).post(town.questions.id, { title: 'Fourth', content: 'Fourth' });
  await heard();
  db.pragma('query_only = OFF');
  const titles = () => db.prepare('SELECT title FROM question').pluck().all();
  expect(titles()).not.toContain('Fourth');
  await expect.poll(titles, soon).toContain('Fourth');
  expect(await bot.count('flock_faults_total')).toBe(0);
});

it('notices that it was removed while it was not connected, keeps what waits, and goes on when it is back', async () => {
  const guild = () => bot.guilds.open(town.guild.id);
  const leftAt = () => guild().db.prepare("SELECT value FROM meta WHERE key = 'left_at'").get();
  await expect.poll(() => guild().outbox.stats().pending, soon).toBe(0);
  const { parked } = guild().outbox.stats();
  town.local.dropGateway('invalid-session', town.application.id);
  kick(town.local.world, town.owner.id, town.guild.id, town.application.bot_id);
  await expect.poll(leftAt, soon).toBeDefined();
  guild().outbox.add({ kind: 'post', channel: town.general.id, message: { content: 'I am back.' } });
  addBot(town.local.world, town.guild, town.application, neededPermissions);
  const said = () =>
    town.local
      .actor(town.ana.id)
      .messages(town.general.id)
      .map(({ content }) => content);
  await expect.poll(said, soon).toContain('I am back.');
  expect(leftAt()).toBeUndefined();
  await expect.poll(() => guild().outbox.stats(), soon).toMatchObject({ pending: 0, parked });
});
