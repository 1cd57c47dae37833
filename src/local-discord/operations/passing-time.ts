/** What Discord does by itself as time passes: quiet threads are archived, polls end, events elsewhere begin and end. */
import {
  ChannelFlags,
  GuildScheduledEventEntityType as Entity,
  GuildScheduledEventStatus as Status,
} from 'discord-api-types/v10';
import type { Cancel, Clock } from '../../platform/clock.js';
import type { Channel } from '../model.js';
import type { World } from '../world.js';
import { setStatus } from './events.js';
import { finishPolls } from './polls.js';
import { setArchived } from './threads.js';

/** How late it may come, in milliseconds; Discord itself takes some minutes over it. */
const EVERY_MS = 5_000;

/** Starts to look at the time. Returns how to stop. */
export function followTime(world: World, clock: Pick<Clock, 'after'>): Cancel {
  let cancel: Cancel = () => {};
  const look = (): void => {
    passTime(world);
    cancel = clock.after(EVERY_MS, look);
  };
  cancel = clock.after(EVERY_MS, look);
  return () => cancel();
}

export function passTime(world: World): void {
  finishPolls(world);
  for (const guild of world.guilds.values()) {
    for (const thread of guild.threads.values()) if (isQuiet(world, thread)) setArchived(world, guild, thread, true);
    for (const event of guild.events.values()) {
      // Those in a channel begin and end with the people in it; one that comes again is moved on by hand.
      if (event.entity_type !== Entity.External || event.recurrence_rule) continue;
      const isOver = (time: string | null): boolean => time !== null && Date.parse(time) <= world.now();
      if (event.status === Status.Scheduled && isOver(event.scheduled_start_time))
        setStatus(world, event, Status.Active);
      if (event.status === Status.Active && isOver(event.scheduled_end_time)) setStatus(world, event, Status.Completed);
    }
  }
}

/** Nobody wrote in it, or opened it, for as long as it says. What is pinned in a forum stays. */
function isQuiet(world: World, { thread, flags }: Channel): boolean {
  if (!thread || thread.archived || flags & ChannelFlags.Pinned) return false;
  return Date.parse(thread.archive_timestamp) + thread.auto_archive_duration * 60_000 <= world.now();
}
