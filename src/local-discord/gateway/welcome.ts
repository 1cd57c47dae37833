/** What an application is told when its session begins. */
import { GatewayIntentBits as Intent } from 'discord-api-types/v10';
import type { Guild } from '../model.js';
import { renderGuildCreate } from '../render/guilds.js';
import { renderSelf, renderUserId } from '../render/people.js';
import type { World } from '../world.js';
import type { Session } from './session.js';

/** READY: who you are, and which guilds will follow. */
export function readyData(world: World, session: Session, guilds: readonly Guild[], resumeUrl: string): object {
  const { application } = session;
  const user = world.users.get(application.bot_id);
  return {
    v: 10,
    user: user ? { ...renderSelf(user), bot: true } : renderUserId(world, application.bot_id),
    guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
    session_id: session.id,
    session_type: 'normal',
    resume_gateway_url: resumeUrl,
    shard: session.shard,
    application: { id: application.id, flags: application.flags },
    user_settings: {},
    relationships: [],
    private_channels: [],
    presences: [],
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
    auth: {},
    _trace: [],
  };
}

/** All members come only with GUILD_PRESENCES, and only where there are fewer than `largeThreshold`; else the bot alone. */
export function guildCreate(world: World, guild: Guild, session: Session, largeThreshold = 50): object {
  const everyone = (session.intents & Intent.GuildPresences) !== 0 && guild.members.size <= largeThreshold;
  return renderGuildCreate(world, guild, session.application.bot_id, everyone);
}
