/** Routes of guilds: settings, roles, members, bans, events, onboarding. */
import { ApplicationFlags, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn, memberOf, roleOf, standingIn } from '../access.js';
import { fail } from '../errors.js';
import { limits } from '../limits.js';
import type { Application } from '../model.js';
import { createEvent, deleteEvent, findEvent, updateEvent } from '../operations/events.js';
import { updateGuild } from '../operations/guilds.js';
import { ban, kick, setRole, unban, updateMember } from '../operations/members.js';
import { updateOnboarding } from '../operations/onboarding.js';
import { createRole, deleteRole, moveRoles, updateRole } from '../operations/roles.js';
import { compareRoles } from '../permissions.js';
import { renderEmoji, renderEvent, renderGuild, renderOnboarding, renderRole } from '../render/guilds.js';
import { renderBan, renderMember, renderUserId } from '../render/people.js';
import { parseForm, snowflake, text } from '../validate/form.js';
import { compareIds, type World } from '../world.js';
import { idOf, isTrue, numberOf } from './query.js';
import { bot, type RestRoute } from './route.js';

const path = '/guilds/:guild';

export function guildRoutes(world: World): RestRoute[] {
  return [
    bot('GET', path, ({ by, params: { guild: id = '' }, query }) => {
      const { guild } = standingIn(world, by, id);
      const counts = { approximate_member_count: guild.members.size, approximate_presence_count: 0 };
      return { ...renderGuild(world, guild), ...(isTrue(query, 'with_counts') && counts) };
    }),
    bot('PATCH', path, ({ by, params: { guild = '' }, body }) =>
      renderGuild(world, updateGuild(world, by, guild, body)),
    ),
    bot('GET', `${path}/onboarding`, ({ by, params: { guild = '' } }) =>
      renderOnboarding(standingIn(world, by, guild).guild),
    ),
    bot('PUT', `${path}/onboarding`, ({ by, params: { guild = '' }, body }) =>
      renderOnboarding(updateOnboarding(world, by, guild, body)),
    ),
    bot('GET', `${path}/emojis`, ({ by, params: { guild = '' } }) =>
      standingIn(world, by, guild).guild.emojis.map((emoji) => renderEmoji(world, emoji)),
    ),
    ...['stickers', 'integrations'].map((kind) =>
      bot('GET', `${path}/${kind}`, ({ by, params: { guild = '' } }) => {
        standingIn(world, by, guild);
        return [];
      }),
    ),
    ...roleRoutes(world),
    ...memberRoutes(world),
    ...banRoutes(world),
    ...eventRoutes(world),
  ];
}

function roleRoutes(world: World): RestRoute[] {
  return [
    bot('GET', `${path}/roles`, ({ by, params: { guild = '' } }) =>
      [...standingIn(world, by, guild).guild.roles.values()].sort(compareRoles).map(renderRole),
    ),
    bot('POST', `${path}/roles`, ({ by, params: { guild = '' }, body }) =>
      renderRole(createRole(world, by, guild, body)),
    ),
    bot('PATCH', `${path}/roles`, ({ by, params: { guild = '' }, body }) =>
      moveRoles(world, by, guild, body).map(renderRole),
    ),
    bot('GET', `${path}/roles/member-counts`, ({ by, params: { guild = '' } }) => {
      const counts: Record<string, number> = {};
      for (const member of standingIn(world, by, guild).guild.members.values())
        for (const id of member.roles) counts[id] = (counts[id] ?? 0) + 1;
      return counts;
    }),
    bot('GET', `${path}/roles/:role`, ({ by, params: { guild = '', role = '' } }) =>
      renderRole(roleOf(standingIn(world, by, guild).guild, role)),
    ),
    bot('PATCH', `${path}/roles/:role`, ({ by, params: { guild = '', role = '' }, body }) =>
      renderRole(updateRole(world, by, guild, role, body)),
    ),
    bot('DELETE', `${path}/roles/:role`, ({ by, params: { guild = '', role = '' } }) => {
      deleteRole(world, by, guild, role);
      return undefined;
    }),
    ...[true, false].map((given) =>
      bot(given ? 'PUT' : 'DELETE', `${path}/members/:user/roles/:role`, ({ by, params }) => {
        const { guild = '', user = '', role = '' } = params;
        setRole(world, by, guild, user, role, given);
        return undefined;
      }),
    ),
  ];
}

function memberRoutes(world: World): RestRoute[] {
  return [
    bot('GET', `${path}/members`, ({ by, application, params: { guild: id = '' }, query }) => {
      const { guild } = standingIn(world, by, id);
      // The whole list is for applications that were granted the members intent.
      if (!seesMembers(application)) fail('missingAccess');
      const after = idOf(query, 'after') ?? '0';
      return [...guild.members.values()]
        .filter(({ user_id }) => compareIds(user_id, after) > 0)
        .sort((a, b) => compareIds(a.user_id, b.user_id))
        .slice(0, numberOf(query, 'limit', 1, limits.guild.memberPage, 1))
        .map((member) => renderMember(world, member));
    }),
    bot('GET', `${path}/members/search`, ({ by, params: { guild: id = '' }, query }) => {
      const { guild } = standingIn(world, by, id);
      const wanted = parseForm(text(1, 100), query.get('query') ?? undefined).toLowerCase();
      const limit = numberOf(query, 'limit', 1, limits.guild.memberPage, 1);
      return [...guild.members.values()]
        .filter(({ nick, user_id }) => {
          const user = world.users.get(user_id);
          return [nick, user?.username, user?.global_name].some((name) => name?.toLowerCase().startsWith(wanted));
        })
        .slice(0, limit)
        .map((member) => renderMember(world, member));
    }),
    bot('GET', `${path}/members/:user`, ({ by, params: { guild = '', user = '' } }) =>
      renderMember(world, memberOf(standingIn(world, by, guild).guild, user === '@me' ? by : user)),
    ),
    bot('PATCH', `${path}/members/:user`, ({ by, params: { guild = '', user = '' }, body }) =>
      renderMember(world, updateMember(world, by, guild, user === '@me' ? by : user, body)),
    ),
    bot('DELETE', `${path}/members/:user`, ({ by, params: { guild = '', user = '' } }) => {
      kick(world, by, guild, user);
      return undefined;
    }),
  ];
}

export const seesMembers = (application: Application): boolean =>
  (application.flags & (ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited)) !== 0;

const bulkBanForm = z.object({ user_ids: z.array(snowflake).min(1).max(200) });

function banRoutes(world: World): RestRoute[] {
  return [
    bot('GET', `${path}/bans`, ({ by, params: { guild = '' }, query }) => {
      const { bans } = allowedIn(world, by, guild, P.BanMembers).guild;
      return bans.slice(0, numberOf(query, 'limit', 1, 1000, 1000)).map((one) => renderBan(world, one));
    }),
    bot('GET', `${path}/bans/:user`, ({ by, params: { guild = '', user = '' } }) => {
      const { bans } = allowedIn(world, by, guild, P.BanMembers).guild;
      return renderBan(world, bans.find((one) => one.user_id === user) ?? fail('unknownBan'));
    }),
    bot('PUT', `${path}/bans/:user`, ({ by, params: { guild = '', user = '' }, body, reason }) => {
      ban(world, by, guild, user, body, reason ?? null);
      return undefined;
    }),
    bot('DELETE', `${path}/bans/:user`, ({ by, params: { guild = '', user = '' } }) => {
      unban(world, by, guild, user);
      return undefined;
    }),
    bot('POST', `${path}/bulk-ban`, ({ by, params: { guild = '' }, body, reason }) => {
      const ids = parseForm(bulkBanForm, body).user_ids;
      for (const id of ids) ban(world, by, guild, id, {}, reason ?? null);
      return { banned_users: ids, failed_users: [] };
    }),
  ];
}

function eventRoutes(world: World): RestRoute[] {
  const events = `${path}/scheduled-events`;
  return [
    bot('GET', events, ({ by, params: { guild = '' }, query }) =>
      [...standingIn(world, by, guild).guild.events.values()].map((event) =>
        renderEvent(world, event, isTrue(query, 'with_user_count')),
      ),
    ),
    bot('POST', events, ({ by, params: { guild = '' }, body }) =>
      renderEvent(world, createEvent(world, by, guild, body)),
    ),
    bot('GET', `${events}/:event`, ({ by, params: { guild = '', event = '' }, query }) =>
      renderEvent(world, findEvent(world, by, guild, event), isTrue(query, 'with_user_count')),
    ),
    bot('PATCH', `${events}/:event`, ({ by, params: { guild = '', event = '' }, body }) =>
      renderEvent(world, updateEvent(world, by, guild, event, body)),
    ),
    bot('DELETE', `${events}/:event`, ({ by, params: { guild = '', event = '' } }) => {
      deleteEvent(world, by, guild, event);
      return undefined;
    }),
    bot('GET', `${events}/:event/users`, ({ by, params: { guild: id = '', event: eventId = '' }, query }) => {
      const { guild } = standingIn(world, by, id);
      const event = findEvent(world, by, id, eventId);
      const before = idOf(query, 'before');
      const after = idOf(query, 'after') ?? '0';
      const limit = numberOf(query, 'limit', 1, limits.event.userPage, limits.event.userPage);
      const ids = [...event.user_ids].sort(compareIds);
      const wanted = before ? ids.filter((one) => compareIds(one, before) < 0).slice(-limit) : undefined;
      return (wanted ?? ids.filter((one) => compareIds(one, after) > 0).slice(0, limit)).map((userId) => {
        const member = isTrue(query, 'with_member') ? guild.members.get(userId) : undefined;
        return {
          guild_scheduled_event_id: eventId,
          user_id: userId,
          user: renderUserId(world, userId),
          response: 1,
          ...(member && { member: renderMember(world, member) }),
        };
      });
    }),
  ];
}
