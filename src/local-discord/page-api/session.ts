/** One open page: answers its asks through the actor of whoever it is being, and pushes what reaches that person. */
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Action, Actor, Sight } from '../actor.js';
import { DiscordError } from '../errors.js';
import { type AskContext, asks } from './asks.js';
import type { AskName, Push, Refused, Snapshot, ToPage } from './protocol.js';
import type { Uploads } from './uploads.js';
import { directView, guildView, membersOf, snapshot } from './views.js';

export interface SessionDeps {
  /** The people that the page offers to be, in order. */
  people(): readonly Actor[];
  readonly uploads: Uploads;
  /** Hears of a fault that is nobody's refusal. */
  fault(error: unknown): void;
}

const fromPage = z.object({ id: z.int(), ask: z.enum(['be', ...(Object.keys(asks) as AskName[])]), of: z.unknown() });
const beSomebody = z.object({ person: z.string().optional() });

/** A burst of changes (a plan that makes ten channels) becomes one push after this long, in milliseconds. */
const gatherFor = 25;

/** The page's list of people ends here, however many there are. */
const offered = 25;

const seen = z.object({ id: z.string(), channel_id: z.string() });
const seenMany = z.object({ ids: z.array(z.string()), channel_id: z.string() });
const seenOn = z.object({ message_id: z.string(), channel_id: z.string() });
const seenUser = z.object({ user: z.object({ id: z.string() }) });
const seenTyping = z.object({ channel_id: z.string(), user_id: z.string() });

export function openSession(socket: WebSocket, deps: SessionDeps): void {
  let actor: Actor | undefined;
  let unwatch = () => {};
  let reading: string | undefined;

  const send = (words: ToPage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(words));
  };

  const stale = new Set<string>();
  let gathering: NodeJS.Timeout | undefined;
  const refresh = (guildId: string | undefined) => {
    stale.add(guildId ?? 'direct');
    gathering ??= setTimeout(() => {
      gathering = undefined;
      const now = actor;
      if (now) for (const id of stale) for (const push of pushesOf(now, id, reading)) send(push);
      stale.clear();
    }, gatherFor);
  };

  const see = (sight: Sight) => {
    const now = actor;
    if (!now) return;
    const push = messagePush(now, sight) ?? memberPush(now, sight);
    if (push) send(push);
    if (changesGuild(now, sight)) refresh(sight.guildId);
  };

  const become = (person: string | undefined): Snapshot => {
    const people = deps.people();
    const chosen = people.find(({ id }) => id === person) ?? people[0];
    if (!chosen) throw new RangeError('There is nobody to be in this local Discord.');
    unwatch();
    actor = chosen;
    // An event is told in the middle of what causes it: one looks when that is done.
    unwatch = actor.watch((sight) => queueMicrotask(() => see(sight)));
    return snapshot(actor, people.slice(0, offered));
  };

  const deferred = (action: Action) => {
    void action.settled.then((answer) =>
      send({ push: 'settled', interaction: action.interactionId, failed: answer.kind === 'failed' }),
    );
  };

  const run = (ask: AskName, of: unknown): unknown => {
    if (ask === 'be') return become(beSomebody.parse(of).person);
    if (!actor) throw new RangeError('Say who you are first.');
    const read = (channel: string) => {
      reading = channel;
    };
    const context: AskContext = { actor, uploads: deps.uploads, read, deferred };
    return asks[ask](of, context);
  };

  const answer = async (data: RawData) => {
    const { id, ask, of } = fromPage.parse(JSON.parse(data.toString()));
    try {
      send({ id, gives: (await run(ask, of)) ?? null });
    } catch (error) {
      const refused = refusedBy(error);
      if (!refused) deps.fault(error);
      send({ id, refused: refused ?? ourFault });
    }
  };

  socket.on('message', (data) => void answer(data).catch(() => socket.close(1008)));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(gathering);
    unwatch();
    actor = undefined;
  });
}

const ourFault: Refused = { code: 0, message: 'The local Discord made a mistake; its log has more.' };

/** What a rule, a limit or the shape of an ask said; undefined for what should not have happened. */
function refusedBy(error: unknown): Refused | undefined {
  if (error instanceof DiscordError) {
    return { code: error.code, message: error.errors ? firstOf(error.errors) : error.message };
  }
  if (error instanceof z.ZodError) return { code: 0, message: z.prettifyError(error) };
  return error instanceof RangeError ? { code: 0, message: error.message } : undefined;
}

/** The first field's complaint, as Discord's own client shows it beside the field. */
function firstOf(errors: NonNullable<DiscordError['errors']>): string {
  for (const inner of Object.values(errors)) {
    if (Array.isArray(inner)) return inner.map(({ message }) => message).join(' ');
    if (inner) return firstOf(inner);
  }
  return '';
}

/** A new or changed message is read again through the actor, so that it carries this person's own reactions and votes. */
function messagePush(actor: Actor, { t, d }: Sight): Push | undefined {
  if (t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE') {
    return read(actor, seen.parse(d), t === 'MESSAGE_CREATE');
  }
  if (t.startsWith('MESSAGE_REACTION_') || t.startsWith('MESSAGE_POLL_VOTE_')) {
    const { message_id: id, channel_id } = seenOn.parse(d);
    return read(actor, { id, channel_id }, false);
  }
  if (t === 'MESSAGE_DELETE') {
    const { id, channel_id: channel } = seen.parse(d);
    return { push: 'messages-gone', channel, messages: [id] };
  }
  if (t === 'MESSAGE_DELETE_BULK') {
    const { ids: messages, channel_id: channel } = seenMany.parse(d);
    return { push: 'messages-gone', channel, messages };
  }
  if (t === 'TYPING_START') {
    const { channel_id: channel, user_id: user } = seenTyping.parse(d);
    return { push: 'typing', channel, user };
  }
  return undefined;
}

/** Undefined when the message is already gone again. */
function read(actor: Actor, at: { id: string; channel_id: string }, fresh: boolean): Push | undefined {
  try {
    return { push: 'message', message: actor.message(at), fresh };
  } catch (error) {
    if (error instanceof DiscordError) return undefined;
    throw error;
  }
}

function memberPush(actor: Actor, { t, d, guildId }: Sight): Push | undefined {
  if (!guildId || !t.startsWith('GUILD_MEMBER_')) return undefined;
  const { user } = seenUser.parse(d);
  if (t === 'GUILD_MEMBER_REMOVE') return { push: 'member-gone', guild: guildId, user: user.id };
  const member = actor.members(guildId).find((one) => one.user.id === user.id);
  return member && { push: 'member', guild: guildId, member };
}

/** Anything that adds, moves, renames or hides what the sidebar shows. Own roles decide what is visible at all. */
function changesGuild(actor: Actor, { t, d }: Sight): boolean {
  if (t.startsWith('GUILD_MEMBER_')) return seenUser.parse(d).user.id === actor.id;
  return /^(GUILD|CHANNEL|THREAD)_/.test(t) && t !== 'CHANNEL_PINS_UPDATE';
}

/** A guild with its members, since who joins one had neither; or that it is gone; or the direct channels. */
function pushesOf(actor: Actor, id: string, reading: string | undefined): Push[] {
  if (id === 'direct') return [{ push: 'direct', direct: directView(actor) }];
  const guild = guildView(actor, id, reading);
  if (!guild) return [{ push: 'guild-gone', guild: id }];
  return [
    { push: 'guild', guild },
    { push: 'members', guild: id, members: membersOf(actor, id) },
  ];
}
