/** Scheduled events and who is interested in them. */
import {
  ChannelType,
  GuildScheduledEventEntityType as Entity,
  PermissionFlagsBits as P,
  GuildScheduledEventStatus as Status,
} from 'discord-api-types/v10';
import { z } from 'zod';
import { demand, guildPlaceOf, type Standing, standingIn } from '../access.js';
import { FormErrors, fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Guild, Id, ScheduledEvent } from '../model.js';
import { has } from '../permissions.js';
import { renderEvent } from '../render/guilds.js';
import { int, parseForm, snowflake, text, time } from '../validate/form.js';
import type { World } from '../world.js';

const most = limits.event;

const eventForm = z.object({
  name: text(1, most.name),
  description: text(0, most.description).nullish(),
  channel_id: snowflake.nullish(),
  entity_metadata: z.object({ location: text(1, most.location).nullish() }).nullish(),
  scheduled_start_time: time,
  scheduled_end_time: time.nullish(),
  privacy_level: z.literal(2),
  entity_type: int(1, 3),
  status: int(1, 4).nullish(),
  image: z.string().nullish(),
  recurrence_rule: z
    .object({
      start: time,
      end: time.nullish(),
      frequency: int(0, 3),
      interval: int(1, 2),
      by_weekday: z.array(int(0, 6)).nullish(),
      by_n_weekday: z.array(z.object({ n: z.literal([1, 2, 3, 4, 5]), day: int(0, 6) })).nullish(),
      by_month: z.array(int(1, 12)).nullish(),
      by_month_day: z.array(int(1, 31)).nullish(),
    })
    .nullish(),
});
type EventForm = z.infer<typeof eventForm>;

const iso = (value: string): string => new Date(value).toISOString();
const isOpen = (event: ScheduledEvent): boolean => event.status === Status.Scheduled || event.status === Status.Active;

/** Refuses: missingPermissions without CREATE_EVENTS (in the channel, where there is one), maxOpenEvents, invalidForm. */
export function createEvent(world: World, by: Id, guildId: Id, body: unknown): ScheduledEvent {
  const standing = standingIn(world, by, guildId);
  const { guild } = standing;
  const form = parseForm(eventForm, body);
  demandAt(world, by, standing, form.channel_id ?? null, P.CreateEvents);
  if ([...guild.events.values()].filter(isOpen).length >= limits.guild.openEvents) fail('maxOpenEvents');
  const event: ScheduledEvent = {
    id: world.newId(),
    guild_id: guildId,
    channel_id: form.channel_id ?? null,
    creator_id: by,
    name: form.name.trim(),
    description: form.description || null,
    scheduled_start_time: iso(form.scheduled_start_time),
    scheduled_end_time: form.scheduled_end_time ? iso(form.scheduled_end_time) : null,
    privacy_level: 2,
    status: Status.Scheduled,
    entity_type: form.entity_type,
    location: form.entity_metadata?.location ?? null,
    image: null,
    recurrence_rule: readRecurrence(form),
    user_ids: [],
  };
  check(world, guild, event, true);
  guild.events.set(event.id, event);
  world.changed('event', event.id, guildId, event);
  announce(world, event, 'GUILD_SCHEDULED_EVENT_CREATE');
  return event;
}

function readRecurrence({
  recurrence_rule: rule,
}: Pick<EventForm, 'recurrence_rule'>): ScheduledEvent['recurrence_rule'] {
  if (!rule) return null;
  return {
    start: iso(rule.start),
    end: rule.end ? iso(rule.end) : null,
    frequency: rule.frequency,
    interval: rule.interval,
    by_weekday: rule.by_weekday ?? null,
    by_n_weekday: rule.by_n_weekday ?? null,
    by_month: rule.by_month ?? null,
    by_month_day: rule.by_month_day ?? null,
    by_year_day: null,
    count: null,
  };
}

/** The permission counts in the event's channel; for events elsewhere, in the guild. */
function demandAt(world: World, by: Id, standing: Standing, channelId: Id | null, wanted: bigint): void {
  if (channelId === null) demand(standing.permissions, wanted);
  else guildPlaceOf(world, by, channelId, wanted);
}

/** Refuses: invalidForm for what does not go together. */
function check(world: World, guild: Guild, event: ScheduledEvent, timesChanged: boolean): void {
  const errors = new FormErrors();
  const need = (path: string) => errors.add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
  const start = Date.parse(event.scheduled_start_time);
  const end = event.scheduled_end_time === null ? undefined : Date.parse(event.scheduled_end_time);
  if (event.entity_type === Entity.External) {
    if (!event.location) need('entity_metadata.location');
    if (end === undefined) need('scheduled_end_time');
    if (event.channel_id)
      errors.add('channel_id', 'GUILD_SCHEDULED_EVENT_CHANNEL', 'An external event has no channel.');
  } else {
    const channel = event.channel_id ? guild.channels.get(event.channel_id) : undefined;
    const fits = event.entity_type === Entity.Voice ? ChannelType.GuildVoice : ChannelType.GuildStageVoice;
    if (!event.channel_id) need('channel_id');
    else if (channel?.type !== fits)
      errors.add('channel_id', 'GUILD_SCHEDULED_EVENT_INVALID_CHANNEL', 'Invalid channel for this kind of event.');
  }
  if (timesChanged && event.status === Status.Scheduled && start <= world.now())
    errors.add('scheduled_start_time', 'GUILD_SCHEDULED_EVENT_SCHEDULE_PAST', 'Cannot schedule event in the past.');
  if (start > world.now() + most.aheadMs)
    errors.add(
      'scheduled_start_time',
      'GUILD_SCHEDULED_EVENT_SCHEDULE_FAR',
      'Cannot schedule event more than 5 years ahead.',
    );
  if (end !== undefined && end <= start)
    errors.add('scheduled_end_time', 'GUILD_SCHEDULED_EVENT_END_BEFORE_START', 'Cannot end event before it starts.');
  errors.settle();
}

/** Refuses: unknownEvent, missingPermissions, staleEvent once it is over, invalidForm. */
export function updateEvent(world: World, by: Id, guildId: Id, eventId: Id, body: unknown): ScheduledEvent {
  const standing = standingIn(world, by, guildId);
  const { guild } = standing;
  const event = guild.events.get(eventId) ?? fail('unknownEvent');
  demandChange(world, by, standing, event);
  const form = parseForm(eventForm.partial(), body);
  if (!isOpen(event)) fail('staleEvent');
  const next: ScheduledEvent = { ...event };
  if (form.name !== undefined) next.name = form.name.trim();
  if (form.description !== undefined) next.description = form.description || null;
  if (form.entity_type !== undefined) next.entity_type = form.entity_type;
  if (form.channel_id !== undefined) next.channel_id = form.channel_id;
  if (form.entity_metadata !== undefined) next.location = form.entity_metadata?.location ?? null;
  if (form.scheduled_start_time !== undefined) next.scheduled_start_time = iso(form.scheduled_start_time);
  if (form.scheduled_end_time !== undefined)
    next.scheduled_end_time = form.scheduled_end_time === null ? null : iso(form.scheduled_end_time);
  if (form.recurrence_rule !== undefined) next.recurrence_rule = readRecurrence(form);
  if (form.status !== undefined && form.status !== null) next.status = form.status;
  if (next.status !== event.status) {
    const ways: Record<number, readonly Status[]> = {
      [Status.Scheduled]: [Status.Active, Status.Canceled],
      [Status.Active]: [Status.Completed],
    };
    if (!ways[event.status]?.includes(next.status))
      invalid('status', 'TRANSITION_INVALID', 'Invalid Guild Scheduled Event Status Transition');
  }
  check(world, guild, next, form.scheduled_start_time !== undefined);
  Object.assign(event, next);
  world.changed('event', event.id, guildId, event);
  announce(world, event, 'GUILD_SCHEDULED_EVENT_UPDATE');
  return event;
}

/** One's own with CREATE_EVENTS, others' with MANAGE_EVENTS. */
function demandChange(world: World, by: Id, standing: Standing, event: ScheduledEvent): void {
  if (event.creator_id === by && has(standing.permissions, P.CreateEvents)) return;
  demandAt(world, by, standing, event.channel_id, P.ManageEvents);
}

/** Refuses: unknownEvent, missingPermissions. */
export function deleteEvent(world: World, by: Id, guildId: Id, eventId: Id): void {
  const standing = standingIn(world, by, guildId);
  const event = standing.guild.events.get(eventId) ?? fail('unknownEvent');
  demandChange(world, by, standing, event);
  standing.guild.events.delete(eventId);
  world.changed('event', eventId, guildId, undefined);
  announce(world, event, 'GUILD_SCHEDULED_EVENT_DELETE');
}

/** Marks a person as interested or not. Refuses: unknownEvent; botsForbidden: bots cannot be interested. */
export function setInterest(world: World, by: Id, guildId: Id, eventId: Id, interested: boolean): void {
  const { guild } = standingIn(world, by, guildId);
  const event = guild.events.get(eventId) ?? fail('unknownEvent');
  if (world.users.get(by)?.bot) fail('botsForbidden');
  if (event.user_ids.includes(by) === interested) return;
  event.user_ids = interested ? [...event.user_ids, by] : event.user_ids.filter((id) => id !== by);
  world.changed('event', event.id, guildId, event);
  world.emit({
    t: interested ? 'GUILD_SCHEDULED_EVENT_USER_ADD' : 'GUILD_SCHEDULED_EVENT_USER_REMOVE',
    d: { guild_scheduled_event_id: eventId, user_id: by, guild_id: guildId },
    guildId,
  });
}

/** Refuses: unknownEvent; as standingIn. */
export function findEvent(world: World, by: Id, guildId: Id, eventId: Id): ScheduledEvent {
  return standingIn(world, by, guildId).guild.events.get(eventId) ?? fail('unknownEvent');
}

/** An event begins or ends by itself. */
export function setStatus(world: World, event: ScheduledEvent, status: Status): void {
  event.status = status;
  world.changed('event', event.id, event.guild_id, event);
  announce(world, event, 'GUILD_SCHEDULED_EVENT_UPDATE');
}

function announce(world: World, event: ScheduledEvent, t: string): void {
  world.emit({ t, d: renderEvent(world, event, true), guildId: event.guild_id });
}
