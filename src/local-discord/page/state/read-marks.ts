/** How far each person has read each channel, kept by the browser: who comes back sees what is new. */
import type { ChannelView, Snapshot } from '../../page-api/protocol.js';
import { byId } from '../discord.js';
import type { State } from './model.js';
import { channelById } from './reading.js';

/** Ids of the last message seen, by channel. */
type Marks = Readonly<Record<string, string>>;

const keyOf = (person: string) => `read/${person}`;

/** Undefined for a person who was never here, and where the browser keeps nothing or something else. */
function load(person: string): Marks | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(person)) ?? 'null');
    return typeof kept === 'object' && kept !== null ? (kept as Marks) : undefined;
  } catch {
    return undefined;
  }
}

/** A forum's last message is its newest post. */
const lastOf = (channel: ChannelView | undefined) =>
  channel && 'last_message_id' in channel ? (channel.last_message_id ?? undefined) : undefined;

function keep(person: string, marks: Marks): void {
  try {
    localStorage.setItem(keyOf(person), JSON.stringify(marks));
  } catch {
    // A full or forbidden storage costs the reader nothing but the marks.
  }
}

/** Channels with messages that the person has not seen. At the first visit everything counts as read. */
export function unreadOf({ me, guilds, direct }: Snapshot): Readonly<Record<string, number>> {
  const channels = [...guilds.flatMap((guild) => guild.channels), ...direct];
  const latest = channels.flatMap((channel) => {
    const last = lastOf(channel);
    return last ? [[channel.id, last] as const] : [];
  });
  const marks = load(me.id);
  if (!marks) {
    keep(me.id, Object.fromEntries(latest));
    return {};
  }
  const fresh = latest.filter(([channel, last]) => byId({ id: last }, { id: marks[channel] ?? '0' }) > 0);
  return Object.fromEntries(fresh.map(([channel]) => [channel, 0]));
}

/** Whether the person has read the channel at some time, or found it there at their first visit. */
export const wasSeen = (person: string, channel: string): boolean => load(person)?.[channel] !== undefined;

/** Marks the channel that is on the screen as read to its end. */
export function markRead(state: State): void {
  const { me, histories } = state;
  const { channel } = state.place;
  if (!me || channel === undefined) return;
  const last = histories[channel]?.messages.at(-1)?.id ?? lastOf(channelById(state, channel));
  const marks = load(me.id) ?? {};
  if (last !== undefined && marks[channel] !== last) keep(me.id, { ...marks, [channel]: last });
}
