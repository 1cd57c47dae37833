/**
 * What the local Discord remembers. Records are plain JSON in Discord's own spelling (snake_case), so that storing,
 * seeding and rendering need no translation; what depends on the reader or on our address is added by render/.
 */
import type {
  APIApplicationCommand,
  APIEmbed,
  APIGuildForumTag,
  APIGuildScheduledEventRecurrenceRule,
  APIMessageInteractionMetadata,
  APIMessageTopLevelComponent,
  APIPollMedia,
  ChannelType,
  GuildOnboardingMode,
  GuildOnboardingPromptType,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  GuildScheduledEventStatus,
  MessageType,
  OverwriteType,
  ThreadAutoArchiveDuration,
  WebhookType,
} from 'discord-api-types/v10';

/** A snowflake: decimal digits, time-ordered. */
export type Id = string;

/** A person or a bot. `locale` is what their client is set to; interactions carry it. */
export interface User {
  id: Id;
  username: string;
  global_name: string | null;
  avatar: string | null;
  bot: boolean;
  locale: string;
  /** Takes no direct messages from bots and strangers. */
  closed_to_direct?: boolean;
}

/** A bot's application. `flags` holds the privileged intents it was granted (ApplicationFlags, the LIMITED ones). */
export interface Application {
  id: Id;
  bot_id: Id;
  owner_id: Id;
  token: string;
  name: string;
  description: string;
  flags: number;
  verify_key: string;
}

export interface Role {
  id: Id;
  name: string;
  color: number;
  hoist: boolean;
  position: number;
  /** Decimal bit field, as on the wire. */
  permissions: string;
  managed: boolean;
  mentionable: boolean;
  unicode_emoji: string | null;
  /** The bot that this role came with. */
  bot_id?: Id;
}

export interface Member {
  user_id: Id;
  guild_id: Id;
  nick: string | null;
  roles: Id[];
  joined_at: string;
  flags: number;
  pending: boolean;
  mute: boolean;
  deaf: boolean;
  /** ISO time until which the member is timed out. */
  communication_disabled_until: string | null;
}

export interface Overwrite {
  id: Id;
  type: OverwriteType;
  allow: string;
  deny: string;
}

export interface ThreadState {
  archived: boolean;
  auto_archive_duration: ThreadAutoArchiveDuration;
  archive_timestamp: string;
  locked: boolean;
  invitable: boolean;
  create_timestamp: string;
}

export interface ThreadMember {
  user_id: Id;
  join_timestamp: string;
  flags: number;
}

/** Any channel: of a guild, a thread or forum post, or a direct conversation. */
export interface Channel {
  id: Id;
  type: ChannelType;
  /** Absent in direct messages. */
  guild_id?: Id;
  name: string;
  position: number;
  parent_id: Id | null;
  topic: string | null;
  nsfw: boolean;
  permission_overwrites: Overwrite[];
  rate_limit_per_user: number;
  last_message_id: Id | null;
  last_pin_timestamp: string | null;
  default_auto_archive_duration?: ThreadAutoArchiveDuration;
  default_thread_rate_limit_per_user?: number;
  /** Voice channels. */
  bitrate?: number;
  user_limit?: number;
  rtc_region?: string | null;
  /** Forums and media channels. */
  available_tags?: APIGuildForumTag[];
  default_reaction_emoji?: { emoji_id: Id | null; emoji_name: string | null } | null;
  default_sort_order?: number | null;
  default_forum_layout?: number;
  flags: number;
  /** Threads and forum posts. */
  owner_id?: Id;
  thread?: ThreadState;
  thread_members?: ThreadMember[];
  applied_tags?: Id[];
  /** Messages in a thread, without its first one; and all ever sent. */
  message_count?: number;
  total_message_sent?: number;
  /** Direct messages. */
  recipient_ids?: Id[];
  /** Announcement channels whose posts are copied: webhook id by target channel. */
  followers?: { channel_id: Id; webhook_id: Id }[];
}

/** A file that came with a message. Its bytes are kept apart; the address depends on where we listen. */
export interface Attachment {
  id: Id;
  filename: string;
  size: number;
  content_type: string;
  description?: string;
  width?: number;
  height?: number;
  /** Set on files of ephemeral messages and of modal uploads. */
  ephemeral?: boolean;
}

export interface Reaction {
  emoji: { id: Id | null; name: string | null; animated?: boolean };
  user_ids: Id[];
}

export interface Poll {
  question: { text: string };
  answers: { answer_id: number; poll_media: APIPollMedia }[];
  expiry: string | null;
  allow_multiselect: boolean;
  layout_type: 1;
  finalized: boolean;
  votes: { answer_id: number; user_id: Id }[];
}

export interface Message {
  id: Id;
  channel_id: Id;
  guild_id?: Id;
  author_id: Id;
  /** Who it seems to be from, when a webhook posted it. `author_id` is then the webhook's id. */
  webhook?: { id: Id; username: string; avatar: string | null };
  application_id?: Id;
  type: MessageType;
  content: string;
  embeds: APIEmbed[];
  components: APIMessageTopLevelComponent[];
  attachments: Attachment[];
  mentions: Id[];
  mention_roles: Id[];
  mention_everyone: boolean;
  tts: boolean;
  flags: number;
  nonce?: string | number;
  pinned: boolean;
  pinned_at?: string;
  timestamp: string;
  edited_timestamp: string | null;
  reactions: Reaction[];
  poll?: Poll;
  message_reference?: { type: number; message_id?: Id; channel_id: Id; guild_id?: Id };
  interaction_metadata?: APIMessageInteractionMetadata;
  /** The command that this message answers. */
  command?: string;
  /** The thread that was started from this message. */
  thread_id?: Id;
  /** The only person who sees it. Ephemeral messages are never stored and cannot be fetched. */
  ephemeral_for?: Id;
}

export interface Webhook {
  id: Id;
  type: WebhookType;
  guild_id: Id;
  channel_id: Id;
  name: string;
  avatar: string | null;
  token?: string;
  user_id?: Id;
  application_id: Id | null;
  source_channel_id?: Id;
}

export interface Invite {
  code: string;
  guild_id: Id;
  channel_id: Id;
  inviter_id: Id;
  created_at: string;
  /** Seconds; 0 is for ever. */
  max_age: number;
  /** 0 is without limit. */
  max_uses: number;
  uses: number;
  temporary: boolean;
  /** Given to whoever joins by it. */
  role_ids: Id[];
}

export interface ScheduledEvent {
  id: Id;
  guild_id: Id;
  channel_id: Id | null;
  creator_id: Id;
  name: string;
  description: string | null;
  scheduled_start_time: string;
  scheduled_end_time: string | null;
  privacy_level: GuildScheduledEventPrivacyLevel;
  status: GuildScheduledEventStatus;
  entity_type: GuildScheduledEventEntityType;
  location: string | null;
  image: string | null;
  recurrence_rule: APIGuildScheduledEventRecurrenceRule | null;
  /** Who marked interest. Bots cannot add anyone. */
  user_ids: Id[];
}

export interface OnboardingOption {
  id: Id;
  title: string;
  description: string | null;
  emoji: { id: Id | null; name: string | null; animated: boolean };
  role_ids: Id[];
  channel_ids: Id[];
}

export interface OnboardingPrompt {
  id: Id;
  type: GuildOnboardingPromptType;
  title: string;
  options: OnboardingOption[];
  single_select: boolean;
  required: boolean;
  in_onboarding: boolean;
}

export interface Onboarding {
  prompts: OnboardingPrompt[];
  default_channel_ids: Id[];
  enabled: boolean;
  mode: GuildOnboardingMode;
}

export interface Emoji {
  id: Id;
  name: string;
  animated: boolean;
  user_id: Id;
  roles: Id[];
}

/** A guild's own settings: what is stored under its id. */
export interface GuildRecord {
  id: Id;
  name: string;
  icon: string | null;
  description: string | null;
  owner_id: Id;
  preferred_locale: string;
  features: string[];
  verification_level: number;
  default_message_notifications: number;
  explicit_content_filter: number;
  mfa_level: number;
  afk_channel_id: Id | null;
  afk_timeout: number;
  system_channel_id: Id | null;
  system_channel_flags: number;
  rules_channel_id: Id | null;
  public_updates_channel_id: Id | null;
  premium_tier: number;
  onboarding: Onboarding;
  emojis: Emoji[];
  bans: { user_id: Id; reason: string | null }[];
}

/** A guild with everything in it. Channels exclude threads; `threads` holds active and archived ones. */
export interface Guild extends GuildRecord {
  roles: Map<Id, Role>;
  members: Map<Id, Member>;
  channels: Map<Id, Channel>;
  threads: Map<Id, Channel>;
  events: Map<Id, ScheduledEvent>;
}

/** A registered application command; `guild_id` absent for global ones. */
export type Command = APIApplicationCommand;
