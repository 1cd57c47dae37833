import { ChannelType, type RawFile, type REST, RequestMethod, Routes } from 'discord.js';
import type {
  APIChannel,
  APIDMChannel,
  APIGuildScheduledEvent,
  APIMessage,
  APIRole,
  RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import type { Effect, EffectFile, MessageBody } from '../platform/effects.js';
import type { Made, OutboxRow } from '../platform/outbox.js';
import { saysArchived, saysGone, saysThreadExists } from './delivery-rest.js';
import { loadFiles } from './effect-files.js';
import type { Look } from './look.js';

export interface AttemptDeps {
  readonly guildId: string;
  readonly row: OutboxRow;
  readonly rest: REST;
  readonly look: Look;
  readonly signal: AbortSignal;
}

// Discord's codes for "that is not there".
const UNKNOWN_CHANNEL = 10003;
const UNKNOWN_MESSAGE = 10008;
const UNKNOWN_MEMBER = 10007;
const UNKNOWN_ROLE = 10011;
const UNKNOWN_EVENT = 10070;
const UNKNOWN_USER = 10013;
/** Left every server that we share, or takes no messages from bots. */
const CANNOT_DM = 50007;

/** Carries one effect out, looking first where an earlier attempt may have done so. Throws what the REST client throws. */
export function attempt(deps: AttemptDeps): Promise<Made | undefined> {
  return perform(deps, deps.row.effect);
}

async function perform(deps: AttemptDeps, effect: Effect): Promise<Made | undefined> {
  const { guildId, look, row } = deps;
  const api = caller(deps);
  switch (effect.kind) {
    case 'post':
      return post(deps, effect.channel, effect.message, effect.files);
    case 'dm': {
      // Whoever is not to be reached stays untold: staff could not change that.
      let made: Made | undefined;
      await unless([CANNOT_DM, UNKNOWN_USER], async () => {
        const to = { recipient_id: effect.user };
        const direct = await api<APIDMChannel>(RequestMethod.Post, Routes.userChannels(), to);
        made = await post(deps, direct.id, effect.message, effect.files);
      });
      return made;
    }
    case 'edit': {
      const files = await loadFiles(effect.files, deps.signal);
      const attachments = effect.files && {
        attachments: files.map(({ name }, id) => ({ id: String(id), filename: name })),
      };
      const body = { ...quiet(effect.edit), ...attachments };
      const route = Routes.channelMessage(effect.channel, effect.message);
      const patch = () => api<APIMessage>(RequestMethod.Patch, route, body, files);
      const message = await opened(deps, effect.channel, patch, true);
      return { id: message.id, channel: effect.channel, answer: message };
    }
    case 'delete':
      return unless([UNKNOWN_MESSAGE, UNKNOWN_CHANNEL], () =>
        api(RequestMethod.Delete, Routes.channelMessage(effect.channel, effect.message)),
      );
    case 'pin':
      return nothing(api(RequestMethod.Put, Routes.channelMessagesPin(effect.channel, effect.message)));
    case 'unpin':
      return unless([UNKNOWN_MESSAGE], () =>
        api(RequestMethod.Delete, Routes.channelMessagesPin(effect.channel, effect.message)),
      );
    case 'crosspost':
      // 40033: it was published already.
      return unless([40033], () =>
        api(RequestMethod.Post, Routes.channelMessageCrosspost(effect.channel, effect.message)),
      );
    case 'react':
      return nothing(
        api(
          RequestMethod.Put,
          Routes.channelMessageOwnReaction(effect.channel, effect.message, encodeURIComponent(effect.emoji)),
        ),
      );
    case 'forum.post': {
      const { forum, name, message } = effect;
      const found = row.uncertain ? await look.thread(guildId, { parent: forum, name, message }, row) : undefined;
      const files = found ? [] : await loadFiles(effect.files, deps.signal);
      const body = {
        name,
        message: quiet(message),
        applied_tags: effect.tags,
        auto_archive_duration: effect.autoArchive,
      };
      const thread = found ?? (await api<APIChannel>(RequestMethod.Post, Routes.threads(forum), body, files));
      return { id: thread.id, channel: forum, answer: thread };
    }
    case 'thread.create':
      return createThread(deps, effect);
    case 'thread.edit': {
      const { thread, name, tags, archived, locked } = effect;
      const body = { name, applied_tags: tags, archived, locked };
      const patch = () => api<APIChannel>(RequestMethod.Patch, Routes.channel(thread), body);
      return { id: thread, answer: await opened(deps, thread, patch, archived === undefined) };
    }
    case 'thread.add':
      return nothing(api(RequestMethod.Put, Routes.threadMembers(effect.thread, effect.user)));
    case 'thread.remove':
      return unless([UNKNOWN_MEMBER], () =>
        api(RequestMethod.Delete, Routes.threadMembers(effect.thread, effect.user)),
      );
    case 'role.create': {
      const found = await look.role(guildId, effect.body.name);
      const role = found ?? (await api<APIRole>(RequestMethod.Post, Routes.guildRoles(guildId), effect.body));
      return { id: role.id, answer: role, ...(found && { adopted: true }) };
    }
    case 'role.edit': {
      const role = await api<APIRole>(RequestMethod.Patch, Routes.guildRole(guildId, effect.role), effect.body);
      return { id: role.id, answer: role };
    }
    case 'role.delete':
      return unless([UNKNOWN_ROLE], () => api(RequestMethod.Delete, Routes.guildRole(guildId, effect.role)));
    case 'role.give':
      return nothing(
        api(RequestMethod.Put, Routes.guildMemberRole(guildId, effect.user, effect.role), undefined, [], effect.reason),
      );
    case 'role.take':
      // Who left has no roles.
      return unless([UNKNOWN_MEMBER, UNKNOWN_ROLE], () =>
        api(
          RequestMethod.Delete,
          Routes.guildMemberRole(guildId, effect.user, effect.role),
          undefined,
          [],
          effect.reason,
        ),
      );
    case 'channel.create': {
      const found = await look.channel(guildId, effect.body);
      const channel = found ?? (await api<APIChannel>(RequestMethod.Post, Routes.guildChannels(guildId), effect.body));
      return { id: channel.id, answer: channel, ...(found && { adopted: true }) };
    }
    case 'channel.edit': {
      const channel = await api<APIChannel>(RequestMethod.Patch, Routes.channel(effect.channel), effect.body);
      return { id: channel.id, answer: channel };
    }
    case 'channel.delete':
      return unless([UNKNOWN_CHANNEL], () => api(RequestMethod.Delete, Routes.channel(effect.channel)));
    case 'event.create': {
      const found = row.uncertain ? await look.event(guildId, effect.body) : undefined;
      const event =
        found ??
        (await api<APIGuildScheduledEvent>(RequestMethod.Post, Routes.guildScheduledEvents(guildId), effect.body));
      return { id: event.id, answer: event };
    }
    case 'event.edit': {
      const event = await api<APIGuildScheduledEvent>(
        RequestMethod.Patch,
        Routes.guildScheduledEvent(guildId, effect.event),
        effect.body,
      );
      return { id: event.id, answer: event };
    }
    case 'event.delete':
      return unless([UNKNOWN_EVENT], () =>
        api(RequestMethod.Delete, Routes.guildScheduledEvent(guildId, effect.event)),
      );
  }
}

async function post(
  deps: AttemptDeps,
  channel: string,
  message: MessageBody,
  effectFiles: readonly EffectFile[] | undefined,
): Promise<Made> {
  const { look, row, signal } = deps;
  const api = caller(deps);
  // Discord itself knows a nonce for a few minutes only; after a longer absence the channel is asked.
  const found = row.uncertain ? await look.message(channel, message, row) : undefined;
  if (found) return { id: found.id, channel, answer: found };
  const body: RESTPostAPIChannelMessageJSONBody = { ...quiet(message), nonce: row.nonce, enforce_nonce: true };
  const files = await loadFiles(effectFiles, signal);
  const posted = await opened(
    deps,
    channel,
    () => api<APIMessage>(RequestMethod.Post, Routes.channelMessages(channel), body, files),
    false,
  );
  return { id: posted.id, channel, answer: posted };
}

async function createThread(deps: AttemptDeps, effect: Extract<Effect, { kind: 'thread.create' }>): Promise<Made> {
  const { guildId, look, row } = deps;
  const api = caller(deps);
  const { channel, name, message } = effect;
  if (message !== undefined) {
    // A thread has the id of the message that it hangs on: Discord itself refuses a second one.
    try {
      const thread = await api<APIChannel>(RequestMethod.Post, Routes.threads(channel, message), { name });
      return { id: thread.id, channel, answer: thread };
    } catch (error) {
      if (!saysThreadExists(error)) throw error;
      return { id: message, channel, answer: await api<APIChannel>(RequestMethod.Get, Routes.channel(message)) };
    }
  }
  const type = effect.private ? ChannelType.PrivateThread : ChannelType.PublicThread;
  const found = row.uncertain ? await look.thread(guildId, { parent: channel, name }, row) : undefined;
  const thread = found ?? (await api<APIChannel>(RequestMethod.Post, Routes.threads(channel), { name, type }));
  return { id: thread.id, channel, answer: thread };
}

/** Nothing that anyone wrote can mention anyone, unless the effect says whom. */
const quiet = <T extends { allowed_mentions?: unknown }>(body: T): T => ({
  ...body,
  allowed_mentions: body.allowed_mentions ?? { parse: [] },
});

/** One request of this attempt, typed by what Discord answers. */
function caller({ rest, signal }: AttemptDeps) {
  return async <T>(
    method: RequestMethod,
    fullRoute: `/${string}`,
    body?: unknown,
    files: RawFile[] = [],
    reason?: string,
  ): Promise<T> => (await rest.request({ method, fullRoute, body, files, reason, signal })) as T;
}

/** Nothing in an archived thread can be changed: it is opened for the request, and closed again where that is wanted. */
async function opened<T>(
  deps: AttemptDeps,
  thread: string,
  request: () => Promise<T>,
  closeAgain: boolean,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!saysArchived(error)) throw error;
    const setArchived = (archived: boolean) => caller(deps)(RequestMethod.Patch, Routes.channel(thread), { archived });
    await setArchived(false);
    const answer = await request();
    if (closeAgain) await setArchived(true);
    return answer;
  }
}

async function nothing(request: Promise<unknown>): Promise<undefined> {
  await request;
  return undefined;
}

/** Where these codes mean that it is already as wanted. */
async function unless(codes: readonly number[], request: () => Promise<unknown>): Promise<undefined> {
  try {
    await request();
  } catch (error) {
    if (!saysGone(error, ...codes)) throw error;
  }
  return undefined;
}
