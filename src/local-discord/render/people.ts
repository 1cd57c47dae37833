/** Users, members and applications as Discord shows them. */
import type { APIApplication, APIBan, APIGuildMember, APIUser } from 'discord-api-types/v10';
import type { Application, Id, Member, User } from '../model.js';
import type { World } from '../world.js';

export function renderUser(user: User): APIUser {
  const shown = {
    id: user.id,
    username: user.username,
    avatar: user.avatar,
    discriminator: user.bot ? '0000' : '0',
    public_flags: 0,
    flags: 0,
    global_name: user.global_name,
    primary_guild: null,
  };
  return user.bot ? { ...shown, bot: true } : shown;
}

/** A user as one sees oneself. */
export function renderSelf(user: User): APIUser {
  return { ...renderUser(user), mfa_enabled: true, locale: user.locale, verified: true, email: null };
}

/** Somebody who may be gone: messages outlive their authors. */
export function renderUserId(world: World, id: Id): APIUser {
  const user = world.users.get(id);
  return user ? renderUser(user) : renderUser({ ...DELETED, id });
}

const DELETED: User = {
  id: '0',
  username: 'deleted_user',
  global_name: null,
  avatar: null,
  bot: false,
  locale: 'en-US',
};

export function renderMember(world: World, member: Member): APIGuildMember {
  return { ...renderBareMember(member), user: renderUserId(world, member.user_id) };
}

/** Without the user, as messages and interactions carry it. */
export function renderBareMember(member: Member): Omit<APIGuildMember, 'user'> {
  return {
    avatar: null,
    banner: null,
    communication_disabled_until: member.communication_disabled_until,
    flags: member.flags,
    joined_at: member.joined_at,
    nick: member.nick,
    pending: member.pending,
    premium_since: null,
    roles: member.roles,
    mute: member.mute,
    deaf: member.deaf,
  };
}

export function renderBan(world: World, ban: { user_id: Id; reason: string | null }): APIBan {
  return { user: renderUserId(world, ban.user_id), reason: ban.reason };
}

export function renderApplication(world: World, application: Application): APIApplication {
  const guilds = [...world.guilds.values()].filter((guild) => guild.members.has(application.bot_id)).length;
  const shown = {
    id: application.id,
    name: application.name,
    icon: null,
    description: application.description,
    type: null,
    bot: renderUserId(world, application.bot_id),
    bot_public: true,
    bot_require_code_grant: false,
    integration_types_config: { '0': {} },
    verify_key: application.verify_key,
    flags: application.flags,
    flags_new: String(application.flags),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: renderUserId(world, application.owner_id),
    approximate_guild_count: guilds,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
    event_webhooks_url: null,
    event_webhooks_status: 1,
    event_webhooks_types: [],
    tags: [],
    rpc_origins: [],
    terms_of_service_url: undefined,
    privacy_policy_url: undefined,
    summary: '',
  };
  return shown as typeof shown & APIApplication;
}
