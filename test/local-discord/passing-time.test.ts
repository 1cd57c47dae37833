import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiscordError } from '../../src/local-discord/errors.js';
import { updateChannel } from '../../src/local-discord/operations/channels.js';
import { createEvent } from '../../src/local-discord/operations/events.js';
import { createMessage } from '../../src/local-discord/operations/messages.js';
import { followTime } from '../../src/local-discord/operations/passing-time.js';
import { setPinned } from '../../src/local-discord/operations/pins.js';
import { updateRole } from '../../src/local-discord/operations/roles.js';
import { startThread, updateThread } from '../../src/local-discord/operations/threads.js';
import type { Dispatch } from '../../src/local-discord/world.js';
import { type FakeClock, fakeClock } from '../support/clock.js';
import { quietTown } from '../support/town.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let clock: FakeClock;
let town: ReturnType<typeof quietTown>;
let heard: Dispatch[];
let stop: () => void;
beforeEach(() => {
  clock = fakeClock();
  town = quietTown(clock);
  heard = [];
  town.world.subscribe((dispatch) => heard.push(dispatch));
  stop = followTime(town.world, clock);
});
afterEach(() => stop());

const ana = () => town.actor(town.ana.id);
const told = (t: string) => heard.filter((dispatch) => dispatch.t === t);
const post = (more: object = {}) =>
  startThread(town.world, town.ana.id, town.questions.id, {
    name: 'Why?',
    auto_archive_duration: 60,
    message: { content: 'Why?' },
    ...more,
  }).thread;

/** What Discord says no with. */
function refusal(act: () => unknown): DiscordError {
  try {
    act();
  } catch (error) {
    if (error instanceof DiscordError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a quiet thread', () => {
  it('is archived when nobody wrote for as long as it says, and opened by the next message', () => {
    const thread = post();
    clock.advance(50 * MINUTE);
    ana().say(thread.id, 'Nobody?');
    clock.advance(50 * MINUTE);
    expect(thread.thread?.archived).toBe(false);
    clock.advance(11 * MINUTE);
    expect(thread.thread?.archived).toBe(true);
    expect(told('THREAD_UPDATE')).toMatchObject([{ d: { id: thread.id, thread_metadata: { archived: true } } }]);
    ana().say(thread.id, 'Found it.');
    clock.advance(59 * MINUTE);
    expect(thread.thread?.archived).toBe(false);
  });

  it('stays while it is pinned, and is not pinned any more once it is archived', () => {
    const thread = post();
    updateThread(town.world, town.owner.id, thread.id, { flags: 2 });
    clock.advance(24 * HOUR);
    expect(thread.thread?.archived).toBe(false);
    updateThread(town.world, town.owner.id, thread.id, { archived: true });
    expect(thread.flags).toBe(0);
  });
});

it('refuses to pin in an archived thread, and to write in a locked one', () => {
  const thread = post();
  const message = ana().say(thread.id, 'hello');
  updateThread(town.world, town.owner.id, thread.id, { archived: true });
  expect(refusal(() => setPinned(town.world, town.owner.id, thread.id, message.id, true)).code).toBe(50083);
  updateThread(town.world, town.owner.id, thread.id, { archived: false, locked: true });
  expect(refusal(() => ana().say(thread.id, 'hello?')).code).toBe(160005);
  expect(town.actor(town.owner.id).say(thread.id, 'It is closed.').content).toBe('It is closed.');
});

it('refuses a post without a message', () => {
  expect(refusal(() => post({ message: undefined }))).toMatchObject({
    code: 50035,
    errors: { message: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } },
  });
});

describe('slow mode', () => {
  it('lets a person write once in its time, and start one thread, and exempts bots and managers', () => {
    updateChannel(town.world, town.owner.id, town.general.id, { rate_limit_per_user: 30 });
    ana().say(town.general.id, 'one');
    clock.advance(10_000);
    expect(refusal(() => ana().say(town.general.id, 'two'))).toMatchObject({
      code: 20016,
      status: 429,
      retryAfter: 20,
    });
    town.actor(town.wei.id).say(town.general.id, 'me too');
    const thread = () => startThread(town.world, town.ana.id, town.general.id, { name: 'aside', type: 11 });
    thread();
    expect(refusal(thread).code).toBe(20016);
    clock.advance(20_000);
    ana().say(town.general.id, 'two');
    for (const by of [town.owner.id, town.application.bot_id])
      for (const content of ['one', 'two']) createMessage(town.world, by, town.general.id, { content });
    updateRole(town.world, town.owner.id, town.guild.id, town.guild.id, {
      permissions: String(P.ViewChannel | P.SendMessages | P.BypassSlowmode),
    });
    ana().say(town.general.id, 'three');
  });

  it('counts nothing that was refused for another reason', () => {
    updateChannel(town.world, town.owner.id, town.questions.id, { rate_limit_per_user: 30 });
    expect(refusal(() => post({ message: {} })).code).toBe(50006);
    post();
    expect(refusal(() => post()).code).toBe(20016);
  });
});

it('ends a poll when its time is over, and says how it came out', () => {
  const poll = { question: { text: 'Tea?' }, answers: [{ poll_media: { text: 'Yes' } }], duration: 1 };
  const message = createMessage(town.world, town.owner.id, town.general.id, { poll });
  ana().vote(message, [1]);
  clock.advance(HOUR + MINUTE);
  expect(message.poll?.finalized).toBe(true);
  const last = ana().messages(town.general.id).at(-1);
  expect(last).toMatchObject({ type: 46, message_reference: { message_id: message.id } });
  clock.advance(HOUR);
  expect(ana().messages(town.general.id).at(-1)?.id).toBe(last?.id);
});

it('begins and ends an event elsewhere at its times', () => {
  const time = (ms: number) => new Date(clock.now() + ms).toISOString();
  const event = createEvent(town.world, town.owner.id, town.guild.id, {
    name: 'Meetup',
    privacy_level: 2,
    entity_type: 3,
    entity_metadata: { location: 'Shanghai' },
    scheduled_start_time: time(HOUR),
    scheduled_end_time: time(2 * HOUR),
  });
  clock.advance(HOUR + MINUTE);
  expect(event.status).toBe(2);
  clock.advance(HOUR);
  expect(event.status).toBe(3);
  expect(told('GUILD_SCHEDULED_EVENT_UPDATE')).toMatchObject([{ d: { status: 2 } }, { d: { status: 3 } }]);
});
