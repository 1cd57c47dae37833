/** Which events an application asked for, and which it may ask for. */
import { ApplicationFlags, GatewayIntentBits as Intent } from 'discord-api-types/v10';

/** Every bit that Discord knows; another closes with 4013. */
const KNOWN = Object.values(Intent).reduce<number>((all, bit) => (typeof bit === 'number' ? all | bit : all), 0);

export const isKnownIntents = (intents: number): boolean => (intents & ~KNOWN) === 0;

const PRIVILEGED = [
  [Intent.GuildPresences, ApplicationFlags.GatewayPresence | ApplicationFlags.GatewayPresenceLimited],
  [Intent.GuildMembers, ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited],
  [Intent.MessageContent, ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited],
] as const;

/** Whether the application's flags grant every privileged intent among these; if not, the gateway closes with 4014. */
export const areGranted = (intents: number, applicationFlags: number): boolean =>
  PRIVILEGED.every(([intent, granting]) => (intents & intent) === 0 || (applicationFlags & granting) !== 0);

const guildIntents: Readonly<Record<string, number>> = {
  GUILD_CREATE: Intent.Guilds,
  GUILD_UPDATE: Intent.Guilds,
  GUILD_DELETE: Intent.Guilds,
  GUILD_ROLE_CREATE: Intent.Guilds,
  GUILD_ROLE_UPDATE: Intent.Guilds,
  GUILD_ROLE_DELETE: Intent.Guilds,
  CHANNEL_CREATE: Intent.Guilds,
  CHANNEL_UPDATE: Intent.Guilds,
  CHANNEL_DELETE: Intent.Guilds,
  CHANNEL_PINS_UPDATE: Intent.Guilds,
  THREAD_CREATE: Intent.Guilds,
  THREAD_UPDATE: Intent.Guilds,
  THREAD_DELETE: Intent.Guilds,
  THREAD_LIST_SYNC: Intent.Guilds,
  THREAD_MEMBER_UPDATE: Intent.Guilds,
  THREAD_MEMBERS_UPDATE: Intent.Guilds | Intent.GuildMembers,
  GUILD_MEMBER_ADD: Intent.GuildMembers,
  GUILD_MEMBER_UPDATE: Intent.GuildMembers,
  GUILD_MEMBER_REMOVE: Intent.GuildMembers,
  GUILD_AUDIT_LOG_ENTRY_CREATE: Intent.GuildModeration,
  GUILD_BAN_ADD: Intent.GuildModeration,
  GUILD_BAN_REMOVE: Intent.GuildModeration,
  GUILD_EMOJIS_UPDATE: Intent.GuildExpressions,
  GUILD_STICKERS_UPDATE: Intent.GuildExpressions,
  GUILD_INTEGRATIONS_UPDATE: Intent.GuildIntegrations,
  INTEGRATION_CREATE: Intent.GuildIntegrations,
  INTEGRATION_UPDATE: Intent.GuildIntegrations,
  INTEGRATION_DELETE: Intent.GuildIntegrations,
  WEBHOOKS_UPDATE: Intent.GuildWebhooks,
  INVITE_CREATE: Intent.GuildInvites,
  INVITE_DELETE: Intent.GuildInvites,
  VOICE_STATE_UPDATE: Intent.GuildVoiceStates,
  PRESENCE_UPDATE: Intent.GuildPresences,
  MESSAGE_CREATE: Intent.GuildMessages,
  MESSAGE_UPDATE: Intent.GuildMessages,
  MESSAGE_DELETE: Intent.GuildMessages,
  MESSAGE_DELETE_BULK: Intent.GuildMessages,
  MESSAGE_REACTION_ADD: Intent.GuildMessageReactions,
  MESSAGE_REACTION_REMOVE: Intent.GuildMessageReactions,
  MESSAGE_REACTION_REMOVE_ALL: Intent.GuildMessageReactions,
  MESSAGE_REACTION_REMOVE_EMOJI: Intent.GuildMessageReactions,
  TYPING_START: Intent.GuildMessageTyping,
  MESSAGE_POLL_VOTE_ADD: Intent.GuildMessagePolls,
  MESSAGE_POLL_VOTE_REMOVE: Intent.GuildMessagePolls,
  GUILD_SCHEDULED_EVENT_CREATE: Intent.GuildScheduledEvents,
  GUILD_SCHEDULED_EVENT_UPDATE: Intent.GuildScheduledEvents,
  GUILD_SCHEDULED_EVENT_DELETE: Intent.GuildScheduledEvents,
  GUILD_SCHEDULED_EVENT_USER_ADD: Intent.GuildScheduledEvents,
  GUILD_SCHEDULED_EVENT_USER_REMOVE: Intent.GuildScheduledEvents,
};

const directIntents: Readonly<Record<string, number>> = {
  MESSAGE_CREATE: Intent.DirectMessages,
  MESSAGE_UPDATE: Intent.DirectMessages,
  MESSAGE_DELETE: Intent.DirectMessages,
  CHANNEL_PINS_UPDATE: Intent.DirectMessages,
  MESSAGE_REACTION_ADD: Intent.DirectMessageReactions,
  MESSAGE_REACTION_REMOVE: Intent.DirectMessageReactions,
  MESSAGE_REACTION_REMOVE_ALL: Intent.DirectMessageReactions,
  MESSAGE_REACTION_REMOVE_EMOJI: Intent.DirectMessageReactions,
  TYPING_START: Intent.DirectMessageTyping,
  MESSAGE_POLL_VOTE_ADD: Intent.DirectMessagePolls,
  MESSAGE_POLL_VOTE_REMOVE: Intent.DirectMessagePolls,
};

/** Whether a session with these intents gets this event. Events that Discord ties to no intent always pass. */
export function isAskedFor(t: string, intents: number, inGuild: boolean): boolean {
  const needed = (inGuild ? guildIntents : directIntents)[t];
  return needed === undefined || (needed & intents) !== 0;
}
