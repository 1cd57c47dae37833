/**
 * What a person can do in the local Discord. The page, the tests and the benchmarks act through this and nothing else,
 * so a test presses the button that a reader of the page would press.
 *
 * What Discord's own client would not let the person do throws a DiscordError at once (unknown channel, missing
 * permission, a required option left out, a disabled button); what the application does afterwards is the action's outcome.
 */
import type {
  APIApplicationCommand,
  APIApplicationCommandOptionChoice,
  APIAttachment,
  APIChannel,
  APIGuild,
  APIGuildMember,
  APIGuildScheduledEvent,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIThreadChannel,
  APIUser,
  Locale,
} from 'discord-api-types/v10';

/** A file that a person attaches. */
export interface Upload {
  readonly name: string;
  readonly data: Uint8Array;
  readonly contentType?: string;
}

/** When an answer came. Times are the local Discord's clock, in milliseconds; `tookMs` is measured by a monotonic clock. */
export interface Timing {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly tookMs: number;
}

/** How an interaction was answered the first time. */
export type Answer =
  | { readonly kind: 'message'; readonly message: APIMessage; readonly ephemeral: boolean; readonly timing: Timing }
  | { readonly kind: 'deferred'; readonly ephemeral: boolean; readonly timing: Timing }
  | { readonly kind: 'update'; readonly message: APIMessage; readonly timing: Timing }
  | { readonly kind: 'deferred-update'; readonly timing: Timing }
  | { readonly kind: 'modal'; readonly modal: OpenModal; readonly timing: Timing }
  | {
      readonly kind: 'autocomplete';
      readonly choices: readonly APIApplicationCommandOptionChoice[];
      readonly timing: Timing;
    }
  /** `no-answer`: the application did not respond within 3 s. `offline`: it has no session to hear of it. */
  | { readonly kind: 'failed'; readonly reason: 'no-answer' | 'offline'; readonly timing: Timing };

export type AnswerKind = Answer['kind'];

/** One interaction under way. */
export interface Action {
  readonly interactionId: string;
  /** The first answer, or the failure that Discord's client shows after 3 s. Never rejects. */
  readonly outcome: Promise<Answer>;
  /**
   * What the person finally sees: as `outcome`, except that a deferral waits for its message, update or follow-up.
   * A deferral that nothing follows is `failed` after 15 minutes. Never rejects.
   */
  readonly settled: Promise<Answer>;
}

/** A modal on the person's screen. */
export interface OpenModal {
  /** Hand this to `submit` or `dismiss`. */
  readonly id: string;
  readonly applicationId: string;
  readonly data: APIModalInteractionResponseCallbackData;
}

/**
 * A value as typed: a string, number or boolean; for a user, role, channel or mentionable its id (or its name, as the
 * picker resolves it: `ana`, `@ana`, `#help`, `<@1>`); for an attachment an Upload. A choice may be given by its name or its value.
 */
export type TypedValue = string | number | boolean | Upload;
export type TypedOptions = Readonly<Record<string, TypedValue>>;

/** What a person put into a modal, by custom_id: text, picked values (as in TypedValue), uploads, a ticked box. */
export type ModalFields = Readonly<Record<string, string | boolean | readonly string[] | readonly Upload[]>>;

/** A message by where it stands; an APIMessage fits. */
export interface MessageAt {
  readonly channel_id: string;
  readonly id: string;
}

export interface Draft {
  readonly content?: string;
  readonly files?: readonly Upload[];
  readonly replyTo?: string;
}

export interface PostDraft extends Draft {
  readonly title: string;
  /** Ids or names of tags of the forum. */
  readonly tags?: readonly string[];
}

/** An application command as this person's picker lists it, with `application` to show whose it is. */
export interface PickerCommand {
  readonly command: APIApplicationCommand;
  readonly application: APIUser;
}

/** Something that reached the person's screen: a gateway-like event, ephemeral messages among them. */
export interface Sight {
  readonly t: string;
  readonly d: unknown;
  readonly guildId?: string;
  readonly channelId?: string;
}

export interface Page {
  readonly before?: string;
  readonly after?: string;
  /** 1–100, 50 by default. */
  readonly limit?: number;
}

/** A person of the local Discord. */
export interface Actor {
  readonly id: string;
  user(): APIUser;
  readonly locale: Locale;
  /** Changes the language of the person's client. */
  speak(locale: Locale): void;

  /** Becomes a member; with an invite, counts its use and takes its roles. */
  join(guildId: string, invite?: string): APIGuildMember;
  leave(guildId: string): void;

  /** Guilds that the person is a member of. */
  guilds(): APIGuild[];
  /** Channels and active threads that the person can see, in Discord's order. */
  channels(guildId: string): APIChannel[];
  members(guildId: string): APIGuildMember[];
  events(guildId: string): APIGuildScheduledEvent[];
  /** Ids of the guild's events that the person marked as interesting. */
  interests(guildId: string): string[];
  /** Active and archived threads of a channel that the person can see, newest first. */
  threads(channelId: string): APIThreadChannel[];
  /** Messages as the person sees them, oldest first, own ephemeral ones in their place. */
  messages(channelId: string, page?: Page): APIMessage[];
  message(at: MessageAt): APIMessage;
  /** Whether the person has this permission (a bit of Discord's) in a channel. */
  can(permission: bigint, channelId: string): boolean;
  /** Everything that reaches the person's screen from now on. Returns how to stop. */
  watch(see: (sight: Sight) => void): () => void;

  /** "… is typing". */
  typing(channelId: string): void;
  say(channelId: string, draft: string | Draft): APIMessage;
  edit(at: MessageAt, content: string): APIMessage;
  erase(at: MessageAt): void;
  /** "Dismiss message" under an ephemeral one. */
  dismissMessage(at: MessageAt): void;
  react(at: MessageAt, emoji: string): void;
  unreact(at: MessageAt, emoji: string): void;
  /** Votes in a poll with these answer ids; an empty list takes the vote back. */
  vote(at: MessageAt, answers: readonly number[]): void;
  /** Starts a post in a forum. */
  post(forumId: string, draft: PostDraft): { thread: APIThreadChannel; message: APIMessage };
  /** "Interested" on a scheduled event. */
  interest(guildId: string, eventId: string, interested?: boolean): void;
  /** The direct channel with somebody, opened if need be. */
  direct(userId: string): APIChannel;
  /** The person's direct channels, the one with the latest message first. */
  directs(): APIChannel[];

  /** Chat input commands that the `/` picker lists here for this person; with a kind, the context menu's. */
  commands(channelId: string, kind?: 'chat' | 'user' | 'message'): PickerCommand[];
  /** Uses a command by its path, `question close`, in any of its languages. `of` names the application where two have the same. */
  command(channelId: string, path: string, options?: TypedOptions, of?: string): Action;
  /** Types into one option; the other options are what was filled in so far. */
  autocomplete(channelId: string, path: string, focused: string, options?: TypedOptions, of?: string): Action;
  userMenu(channelId: string, name: string, userId: string, of?: string): Action;
  messageMenu(at: MessageAt, name: string, of?: string): Action;
  /** Presses a button, by custom_id or else by its label. */
  press(at: MessageAt, button: string): Action;
  /** Picks values in a select, by custom_id: option values or labels; for the other selects ids or names. */
  select(at: MessageAt, customId: string, values: readonly string[]): Action;
  submit(modal: OpenModal | string, fields: ModalFields): Action;
  dismiss(modal: OpenModal | string): void;

  /** An uploaded file's bytes, as a click on it would download them. */
  download(attachment: APIAttachment): Uint8Array;
}
