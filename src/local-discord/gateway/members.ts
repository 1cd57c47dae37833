/** REQUEST_GUILD_MEMBERS: members in chunks of 1,000. */
import { GatewayOpcodes, GatewayIntentBits as Intent } from 'discord-api-types/v10';
import type { Guild, Id, Member } from '../model.js';
import { renderMember } from '../render/people.js';
import type { World } from '../world.js';
import type { RequestMembers } from './protocol.js';
import type { Session } from './session.js';

const CHUNK = 1_000;
/** A guild's whole list is given to a bot once in this time, in milliseconds. */
const WHOLE_EVERY = 30_000;
/** Longer nonces are ignored. */
const MAX_NONCE = 32;
const MOST_BY_QUERY = 100;

/**
 * Answers a request with GUILD_MEMBERS_CHUNK; one that asks for a whole guild too often with RATE_LIMITED. What the
 * session may not ask for (a whole guild without GUILD_MEMBERS, a guild that it is not in) is passed over in silence, as
 * Discord does.
 */
export function createMemberRequests(world: World): (session: Session, request: RequestMembers) => void {
  const lastWhole = new Map<string, number>();

  return (session, request) => {
    const guild = world.guilds.get(request.guild_id);
    if (!guild?.members.has(session.application.bot_id)) return;
    const whole = request.user_ids === undefined && !request.query && !request.limit;
    if (whole) {
      if ((session.intents & Intent.GuildMembers) === 0) return;
      const key = `${session.application.id}/${guild.id}`;
      const wait = (lastWhole.get(key) ?? Number.NEGATIVE_INFINITY) + WHOLE_EVERY - world.now();
      if (wait > 0) {
        session.dispatch('RATE_LIMITED', JSON.stringify(limited(guild.id, wait, request.nonce)));
        return;
      }
      lastWhole.set(key, world.now());
    }
    sendChunks(world, session, guild, request);
  };
}

const limited = (guildId: Id, wait: number, nonce: string | undefined) => ({
  opcode: GatewayOpcodes.RequestGuildMembers,
  retry_after: wait / 1000,
  meta: { guild_id: guildId, ...(nonce && { nonce }) },
});

function sendChunks(world: World, session: Session, guild: Guild, request: RequestMembers): void {
  const ids = request.user_ids === undefined ? undefined : [request.user_ids].flat();
  const members = ids ? ids.flatMap((id) => guild.members.get(id) ?? []) : byName(world, guild, request);
  const notFound = ids?.filter((id) => !guild.members.has(id)) ?? [];
  const count = Math.max(1, Math.ceil(members.length / CHUNK));
  for (let index = 0; index < count; index += 1) {
    const chunk = {
      guild_id: guild.id,
      members: members.slice(index * CHUNK, (index + 1) * CHUNK).map((member) => renderMember(world, member)),
      chunk_index: index,
      chunk_count: count,
      ...(notFound.length > 0 && { not_found: notFound }),
      ...(request.presences && (session.intents & Intent.GuildPresences) !== 0 && { presences: [] }),
      ...(request.nonce !== undefined && request.nonce.length <= MAX_NONCE && { nonce: request.nonce }),
    };
    session.dispatch('GUILD_MEMBERS_CHUNK', JSON.stringify(chunk));
  }
}

/** Members whose name or nickname starts with the query. */
function byName(world: World, guild: Guild, { query = '', limit = 0 }: RequestMembers): Member[] {
  const start = query.toLowerCase();
  const matches = [...guild.members.values()].filter((member) => {
    const user = world.users.get(member.user_id);
    return [member.nick, user?.global_name, user?.username].some((name) => name?.toLowerCase().startsWith(start));
  });
  const most = query === '' && limit === 0 ? matches.length : Math.min(limit || MOST_BY_QUERY, MOST_BY_QUERY);
  return matches.slice(0, most);
}
