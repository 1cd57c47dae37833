import type {
  RESTPatchAPIChannelJSONBody,
  RESTPatchAPIChannelMessageJSONBody,
  RESTPatchAPIGuildScheduledEventJSONBody,
  RESTPostAPIChannelMessageJSONBody,
  RESTPostAPIGuildChannelJSONBody,
  RESTPostAPIGuildRoleJSONBody,
  RESTPostAPIGuildScheduledEventJSONBody,
} from 'discord-api-types/v10';
import type { Chart } from './chart.js';
import type { Locale } from './i18n.js';

/** A Discord message as the API takes it. `nonce` and, where absent, an `allowed_mentions` that mentions nobody are added at delivery. */
export type MessageBody = Omit<RESTPostAPIChannelMessageJSONBody, 'nonce' | 'enforce_nonce' | 'attachments'>;
export type MessageEdit = Omit<RESTPatchAPIChannelMessageJSONBody, 'attachments'>;

/** A picture that is drawn when it is sent; see chart.ts. */
export type Picture = Omit<Chart, 'timeLabel' | 'numberLabel'> & { readonly locale: Locale };

/** A file that goes with a message: from an address (a member's upload), or from what is written here. */
export type EffectFile =
  | { readonly name: string; readonly url: string }
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly base64: string }
  | { readonly name: string; readonly picture: Picture };

/**
 * One thing to do in Discord, as JSON: names of fields are the words of this project, every value but a body is an id or a text.
 * Those that make something (`post`, `forum.post`, `role.create`, …) hand what they made to their continuation.
 */
export type Effect =
  | { kind: 'post'; channel: string; message: MessageBody; files?: readonly EffectFile[] }
  /** To whoever takes it: who left, or closed the door to bots, stays untold. */
  | { kind: 'dm'; user: string; message: MessageBody; files?: readonly EffectFile[] }
  /** `files` replaces the message's attachments; without it they stay. */
  | { kind: 'edit'; channel: string; message: string; edit: MessageEdit; files?: readonly EffectFile[] }
  | { kind: 'delete'; channel: string; message: string }
  | { kind: 'pin' | 'unpin' | 'crosspost'; channel: string; message: string }
  /** `emoji`: a character, or `name:id`. */
  | { kind: 'react'; channel: string; message: string; emoji: string }
  | {
      kind: 'forum.post';
      forum: string;
      name: string;
      message: MessageBody;
      tags?: readonly string[];
      files?: readonly EffectFile[];
      /** Minutes: 60, 1440, 4320 or 10080. */
      autoArchive?: 60 | 1440 | 4320 | 10080;
    }
  /** From a message, when one is named; else a public thread of its own, or a private one. */
  | { kind: 'thread.create'; channel: string; name: string; message?: string; private?: boolean }
  | {
      kind: 'thread.edit';
      thread: string;
      name?: string;
      tags?: readonly string[];
      archived?: boolean;
      locked?: boolean;
    }
  | { kind: 'thread.add' | 'thread.remove'; thread: string; user: string }
  | { kind: 'role.create'; body: RESTPostAPIGuildRoleJSONBody & { name: string } }
  | { kind: 'role.edit'; role: string; body: RESTPostAPIGuildRoleJSONBody }
  | { kind: 'role.delete'; role: string }
  | { kind: 'role.give' | 'role.take'; user: string; role: string; reason?: string }
  /** Takes an existing channel of the same name, type and category for the one wanted. */
  | { kind: 'channel.create'; body: RESTPostAPIGuildChannelJSONBody }
  | { kind: 'channel.edit'; channel: string; body: RESTPatchAPIChannelJSONBody }
  | { kind: 'channel.delete'; channel: string }
  | { kind: 'event.create'; body: RESTPostAPIGuildScheduledEventJSONBody }
  | { kind: 'event.edit'; event: string; body: RESTPatchAPIGuildScheduledEventJSONBody }
  | { kind: 'event.delete'; event: string };

export type EffectKind = Effect['kind'];

/** Effects with the same target are delivered in the order they were added; a target in trouble holds up nobody else. */
export function targetOf(effect: Effect): string {
  switch (effect.kind) {
    case 'post':
    case 'edit':
    case 'delete':
    case 'pin':
    case 'unpin':
    case 'crosspost':
    case 'react':
    case 'thread.create':
    case 'channel.edit':
    case 'channel.delete':
      return `channel:${effect.channel}`;
    // A thread is a channel: closing it comes after what was posted in it.
    case 'thread.edit':
    case 'thread.add':
    case 'thread.remove':
      return `channel:${effect.thread}`;
    case 'forum.post':
      return `channel:${effect.forum}`;
    case 'dm':
      return `dm:${effect.user}`;
    case 'role.give':
    case 'role.take':
      return `member:${effect.user}`;
    case 'role.create':
    case 'role.edit':
    case 'role.delete':
      return 'roles';
    case 'channel.create':
      return 'channels';
    case 'event.create':
    case 'event.edit':
    case 'event.delete':
      return 'events';
  }
}
