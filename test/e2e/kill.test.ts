import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { APIThreadChannel } from 'discord-api-types/v10';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../src/local-discord/actor.js';
import type { FlockProcess } from '../support/flock-process.js';
import { ask, settleDown, textOf } from '../support/settlement.js';

const KILLS = 50;
const PEOPLE = 12;
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const random = xoroshiro128plus(seed);
const between = (least: number, most: number) => uniformInt(random, least, most);

let place: Awaited<ReturnType<typeof settleDown>>;
let forum: string;
let bot: FlockProcess;

beforeAll(async () => {
  place = await settleDown(PEOPLE);
  bot = place.start();
  await bot.prints(/^Health:/m);
  forum = await place.setUp();
});
afterAll(async () => {
  await bot?.send('SIGKILL');
  await place?.stop();
});

/** What the bot said was done. */
const acknowledged = { asked: new Map<number, string>(), accepted: new Set<string>(), closed: new Set<string>() };
/** Tells of each. */
const promises = new EventEmitter();
let acting = true;

const threadsOf = (actor: Actor) => actor.threads(forum);

/** One person: asks, answers what others asked, accepts, closes; whatever the bot does meanwhile. */
async function live(me: Actor, index: number): Promise<void> {
  const mine: string[] = [];
  for (let turn = 0; acting; turn++) {
    const title = `${index}-${turn} ${crypto.randomUUID()}`;
    const number = await attempt(() => ask(me, place.channel, title));
    if (number !== undefined) {
      acknowledged.asked.set(number, title);
      promises.emit('made');
      mine.push(title);
    }
    const thread = threadsOf(me).find(({ name }) => mine.includes(name ?? ''));
    if (thread) {
      mine.splice(mine.indexOf(thread.name ?? ''), 1);
      await attempt(() => settle(me, place.people[(index + 1) % PEOPLE] ?? me, thread, turn % 2 === 0));
    }
    await pause(50);
  }
}

/** Somebody helps; who asked accepts, and perhaps closes. */
async function settle(me: Actor, helper: Actor, thread: APIThreadChannel, close: boolean): Promise<void> {
  const reply = helper.say(thread.id, 'Try this.');
  const accepted = await me.messageMenu(reply, 'Accept answer').outcome;
  if (/Accepted: the answer/.test(textOf(accepted))) acknowledged.accepted.add(thread.id);
  if (!close) return;
  const closed = await me.command(thread.id, 'question close', { reason: 'solved' }).outcome;
  if (/is closed/.test(textOf(closed))) acknowledged.closed.add(thread.id);
}

/** What Discord's own client refuses (no commands yet, a thread that was just closed) is nothing that the bot promised. */
async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && error.name === 'DiscordError') return undefined;
    throw error;
  }
}

/** Some die while they start, some at any time after, most while what they just acknowledged is on its way to Discord. */
async function strikingTime(kill: number): Promise<void> {
  if (kill % 5 === 0) return pause(between(0, 600));
  await bot.prints(/^Health:/m);
  if (kill % 5 === 1) return pause(between(0, 800));
  await Promise.race([once(promises, 'made'), pause(2_000)]);
  return pause(between(0, 60));
}

function inFile<T>(query: string): T[] {
  const db = new Database(join(place.folder, 'guilds', `${place.guild}.sqlite`), { readonly: true });
  try {
    return db.prepare<[], T>(query).all();
  } finally {
    db.close();
  }
}

async function drained(): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (inFile("SELECT 1 FROM outbox WHERE state = 'pending'").length === 0) return;
    await pause(100);
  }
  throw new Error('the outbox did not empty');
}

it(`loses nothing that it acknowledged, and does nothing twice, killed ${KILLS} times (KILL_SEED=${seed})`, async () => {
  const lives = place.people.map((person, index) => live(person, index));
  for (let kill = 0; kill < KILLS; kill++) {
    await strikingTime(kill);
    const end = await bot.send('SIGKILL');
    if (end.signal !== 'SIGKILL') throw new Error(`the bot ended by itself: ${bot.stderr.join('')}`);
    bot = place.start();
  }
  await bot.prints(/^Health:/m);
  acting = false;
  await Promise.all(lives);
  await drained();
  expect(await bot.send('SIGTERM')).toEqual({ code: 0, signal: null });

  const questions = inFile<{ id: number; title: string; thread: string; state: string }>(
    'SELECT id, title, thread, state FROM question',
  );
  console.log(
    `kill test, seed ${seed}: ${acknowledged.asked.size} asked, ${acknowledged.accepted.size} accepted, ${acknowledged.closed.size} closed; ${questions.length} in the file`,
  );
  expect(inFile('SELECT kind, last_error FROM outbox')).toEqual([]);
  expect(acknowledged.asked.size).toBeGreaterThan(20);
  expect(acknowledged.accepted.size).toBeGreaterThan(0);

  // Every acknowledged action is there.
  const titles = new Map(questions.map(({ id, title }) => [id, title]));
  for (const [number, title] of acknowledged.asked) expect(titles.get(number)).toBe(title);
  const accepted = inFile<{ thread: string; note: string | null }>(
    'SELECT thread, note FROM answer JOIN question ON question.id = answer.question WHERE accepted = 1',
  );
  const acceptedIn = new Set(accepted.map(({ thread }) => thread));
  for (const thread of acknowledged.accepted) expect(acceptedIn).toContain(thread);
  const closedIn = new Set(questions.filter(({ state }) => state === 'closed').map(({ thread }) => thread));
  for (const thread of acknowledged.closed) expect(closedIn).toContain(thread);

  // Every effect happened exactly once: a post for each question, a note for each acceptance, a line for each closing.
  const threads = threadsOf(place.owner);
  expect(threads.map(({ name }) => name).sort()).toEqual(questions.map(({ title }) => title).sort());
  expect(threads.map(({ id }) => id).sort()).toEqual(questions.map(({ thread }) => thread).sort());
  for (const { thread, title } of questions) {
    const ours = place.owner.messages(thread, { limit: 100 }).filter(({ author }) => author.id === place.bot);
    const notes = ours.filter(({ content }) => content.includes('your answer was accepted'));
    const closings = ours.filter(({ content }) => content.includes('closed this question'));
    expect([title, ours.length]).toEqual([title, 1 + notes.length + closings.length]);
    expect([title, notes.length]).toEqual([title, accepted.filter((answer) => answer.thread === thread).length]);
    expect([title, closings.length]).toEqual([title, closedIn.has(thread) ? 1 : 0]);
    expect(threads.find(({ id }) => id === thread)?.thread_metadata?.archived).toBe(closedIn.has(thread));
  }
  expect(inFile('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
}, 500_000);
