/** Who hears of an event: by shard, intents, membership and permissions; and what of it without message content. */
import { GatewayIntentBits as Intent, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { permissionsIn } from '../access.js';
import type { Id } from '../model.js';
import { guildPermissions, has } from '../permissions.js';
import type { Dispatch, World } from '../world.js';
import { withheld } from './content.js';
import { isAskedFor } from './intents.js';
import { ownsGuild, type Session } from './session.js';

/** Events that need a permission besides seeing the channel. */
const NEEDS: Readonly<Record<string, bigint>> = {
  INVITE_CREATE: P.ManageChannels,
  INVITE_DELETE: P.ManageChannels,
  GUILD_AUDIT_LOG_ENTRY_CREATE: P.ViewAuditLog,
  GUILD_BAN_ADD: P.BanMembers,
  GUILD_BAN_REMOVE: P.BanMembers,
};

/** Channels themselves are told to every bot of the guild, whether it may look inside or not. */
const ABOUT_CHANNELS = new Set(['CHANNEL_CREATE', 'CHANNEL_UPDATE', 'CHANNEL_DELETE']);

/** Decides which sessions get this event. */
export function audienceOf(world: World, dispatch: Dispatch): (session: Session) => boolean {
  const { t, guildId, channelId, userId } = dispatch;
  return ({ application, shard, intents }) => {
    const bot = application.bot_id;
    // Bots are not told of direct channels; they meet them in the first message.
    if (t === 'CHANNEL_CREATE' && guildId === undefined) return false;
    if (!ownsGuild(shard, guildId)) return false;
    if (!isAskedFor(t, intents, guildId !== undefined) && !isAboutSelf(dispatch, bot)) return false;
    if (!isWhole(dispatch, bot, intents)) return false;
    if (userId !== undefined) return userId === bot;
    if (guildId !== undefined && !mayHear(world, bot, guildId, NEEDS[t] ?? 0n)) return false;
    return channelId === undefined || ABOUT_CHANNELS.has(t) || sees(world, bot, channelId);
  };
}

/** A member's own changes reach a bot without the GUILD_MEMBERS intent. */
function isAboutSelf({ t, d }: Dispatch, bot: Id): boolean {
  return t === 'GUILD_MEMBER_UPDATE' && 'user' in d && idOf(d.user) === bot;
}

/** Without GUILD_MEMBERS, thread members are told only where the bot itself came or went. */
function isWhole({ t, d }: Dispatch, bot: Id, intents: number): boolean {
  if (t !== 'THREAD_MEMBERS_UPDATE' || (intents & Intent.GuildMembers) !== 0) return true;
  const added = 'added_members' in d && Array.isArray(d.added_members) ? d.added_members : [];
  const removed = 'removed_member_ids' in d && Array.isArray(d.removed_member_ids) ? d.removed_member_ids : [];
  return removed.includes(bot) || added.some((one: { user_id?: Id }) => one.user_id === bot);
}

const idOf = (value: unknown) => (typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined);

function mayHear(world: World, bot: Id, guildId: Id, needs: bigint): boolean {
  const guild = world.guilds.get(guildId);
  const member = guild?.members.get(bot);
  if (!guild || !member) return false;
  return needs === 0n || has(guildPermissions(guild, member, world.now()), needs);
}

/** A channel that is gone cannot be looked at any more: those who heard of it hear of its end. */
function sees(world: World, bot: Id, channelId: Id): boolean {
  const channel = world.channels.get(channelId);
  return channel === undefined || has(permissionsIn(world, bot, channel), P.ViewChannel);
}

/** The event's data as JSON for a session, serialised once for all that get the same. */
export function dataFor({ t, d, guildId }: Dispatch): (session: Session) => string {
  const isMessage = (t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE') && guildId !== undefined;
  let whole: string | undefined;
  return ({ application, intents }) => {
    if (isMessage && (intents & Intent.MessageContent) === 0) {
      const rest = withheld(d, application.bot_id);
      if (rest !== d) return JSON.stringify(rest);
    }
    whole ??= JSON.stringify(d);
    return whole;
  };
}
