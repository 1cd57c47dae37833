/** What each push and answer changes in the page's state: pure functions. */
import type { APIGuildMember, APIMessage } from 'discord-api-types/v10';
import type { Gives, Push, Snapshot } from '../../page-api/protocol.js';
import { byId, messageFlag } from '../discord.js';
import { type History, home, type Pending, type Place, type State } from './model.js';
import { firstChannel } from './reading.js';

const membersById = (members: readonly APIGuildMember[]) =>
  Object.fromEntries(members.map((member) => [member.user.id, member]));

/** What a person sees replaces everything that another one saw. Histories are read again: the server may have restarted. */
export function enter(state: State, { me, people, guilds, members, direct, known }: Snapshot): State {
  const same = state.me?.id === me.id;
  return {
    ...state,
    link: 'open',
    me,
    people,
    guilds,
    direct,
    known,
    members: Object.fromEntries(Object.entries(members).map(([guild, list]) => [guild, membersById(list)])),
    histories: {},
    pending: [],
    pressed: {},
    typing: {},
    unread: same ? state.unread : {},
    lastIn: same ? state.lastIn : {},
    modal: same ? state.modal : undefined,
    notice: undefined,
  };
}

/** The line broke: what was under way will never be answered here. */
export const lose = (state: State): State => ({ ...state, link: 'lost', pending: [], pressed: {} });

export function push(state: State, it: Push): State {
  switch (it.push) {
    case 'guild': {
      const known = state.guilds.some(({ guild }) => guild.id === it.guild.guild.id);
      const guilds = known
        ? state.guilds.map((view) => (view.guild.id === it.guild.guild.id ? it.guild : view))
        : [...state.guilds, it.guild];
      return placedIn({ ...state, guilds });
    }
    case 'guild-gone':
      return placedIn({ ...state, guilds: state.guilds.filter(({ guild }) => guild.id !== it.guild) });
    case 'members':
      return { ...state, members: { ...state.members, [it.guild]: membersById(it.members) } };
    case 'member':
      return withMembers(state, it.guild, (members) => ({ ...members, [it.member.user.id]: it.member }));
    case 'member-gone':
      return withMembers(state, it.guild, ({ [it.user]: _gone, ...others }) => others);
    case 'direct':
      return { ...state, direct: it.direct };
    case 'message':
      return message(state, it.message, it.fresh);
    case 'messages-gone':
      return withHistory(state, it.channel, (history) => ({
        ...history,
        messages: history.messages.filter(({ id }) => !it.messages.includes(id)),
      }));
    case 'typing':
      return typing(state, it.channel, it.user);
    case 'settled':
      return settled(state, it.interaction, it.failed);
  }
}

/** Keeps the reader somewhere: when their channel or guild is gone, or one they just joined has come. */
export function placedIn(state: State): State {
  const { guild: here, channel } = state.place;
  if (here === home) return state;
  const guild = state.guilds.find((view) => view.guild.id === here) ?? state.guilds[0];
  if (!guild) return { ...state, place: { guild: home } };
  if (guild.guild.id === here && guild.channels.some(({ id }) => id === channel)) return state;
  return { ...state, place: { guild: guild.guild.id, channel: firstChannel(guild)?.id } };
}

function withMembers(
  state: State,
  guild: string,
  change: (members: Readonly<Record<string, APIGuildMember>>) => Readonly<Record<string, APIGuildMember>>,
): State {
  return { ...state, members: { ...state.members, [guild]: change(state.members[guild] ?? {}) } };
}

function withHistory(state: State, channel: string, change: (history: History) => History): State {
  const history = state.histories[channel];
  return history ? { ...state, histories: { ...state.histories, [channel]: change(history) } } : state;
}

/** Puts a message where its id belongs; a changed one that was never read stays unread. */
function placed(messages: readonly APIMessage[], message: APIMessage, fresh: boolean): readonly APIMessage[] {
  const at = messages.findIndex(({ id }) => id === message.id);
  if (at >= 0) return messages.with(at, message);
  return fresh ? [...messages, message].sort(byId) : messages;
}

function message(state: State, it: APIMessage, fresh: boolean): State {
  const known = withHistory(state, it.channel_id, (history) => ({
    ...history,
    messages: placed(history.messages, it, fresh || isEphemeral(it)),
  }));
  const typists = known.typing[it.channel_id]?.filter(({ user }) => user !== it.author.id);
  const quiet = typists ? { ...known, typing: { ...known.typing, [it.channel_id]: typists } } : known;
  const answered = answers(quiet, it);
  return fresh ? unread(answered, it) : answered;
}

const isEphemeral = ({ flags }: APIMessage) => ((flags ?? 0) & messageFlag.ephemeral) !== 0;

/** A message that answers an interaction takes the place of its "thinking…". */
function answers(state: State, { interaction_metadata: by }: APIMessage): State {
  if (!by || !state.pending.some(({ interaction }) => interaction === by.id)) return state;
  return { ...state, pending: state.pending.filter(({ interaction }) => interaction !== by.id) };
}

function unread(state: State, it: APIMessage): State {
  const { me, place } = state;
  if (!me || it.author.id === me.id || it.channel_id === place.channel) return state;
  const roles = Object.values(state.members).flatMap((members) => members[me.id]?.roles ?? []);
  const mentioned =
    it.mention_everyone ||
    it.mentions.some(({ id }) => id === me.id) ||
    it.mention_roles.some((id) => roles.includes(id));
  const direct = state.direct.some(({ id }) => id === it.channel_id);
  const before = state.unread[it.channel_id] ?? 0;
  return { ...state, unread: { ...state.unread, [it.channel_id]: before + (mentioned || direct ? 1 : 0) } };
}

/** Somebody types: shown for 10 s, or until their message is there. */
function typing(state: State, channel: string, user: string): State {
  if (user === state.me?.id) return state;
  const now = Date.now();
  const others = (state.typing[channel] ?? []).filter((one) => one.user !== user && one.until > now);
  return { ...state, typing: { ...state.typing, [channel]: [...others, { user, until: now + 10_000 }] } };
}

function settled(state: State, interaction: string, failed: boolean): State {
  const pending = failed
    ? state.pending.map((one): Pending => (one.interaction === interaction ? { ...one, state: 'no-answer' } : one))
    : state.pending.filter((one) => one.interaction !== interaction);
  return { ...state, pending };
}

export function reading(state: State, channel: string): State {
  const history = state.histories[channel] ?? { messages: [], more: false, loading: true };
  return { ...state, histories: { ...state.histories, [channel]: { ...history, loading: true } } };
}

/** A page of older messages. What arrived in the meantime stays. */
export function read(state: State, channel: string, { messages, more }: Gives<'history'>): State {
  const known = state.histories[channel]?.messages ?? [];
  const ids = new Set(known.map(({ id }) => id));
  const all = [...messages.filter(({ id }) => !ids.has(id)), ...known].sort(byId);
  return { ...state, histories: { ...state.histories, [channel]: { messages: all, more, loading: false } } };
}

/** A long history that one leaves is read again page by page, should one come back. */
const keptWhenLeft = 100;

/** The reader is in a channel now: what is in it is no longer new, and what was read elsewhere may be let go of. */
export function arrive(state: State, place: Place): State {
  const histories = Object.entries(state.histories).map(([channel, history]) => {
    const long = channel !== place.channel && history.messages.length > keptWhenLeft;
    return [channel, long ? { ...history, messages: history.messages.slice(-keptWhenLeft), more: true } : history];
  });
  return seen({ ...state, place, histories: Object.fromEntries(histories) }, place.channel);
}

function seen(state: State, channel: string | undefined): State {
  if (channel === undefined || !(channel in state.unread)) return state;
  const { [channel]: _seen, ...unread } = state.unread;
  return { ...state, unread };
}
