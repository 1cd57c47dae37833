/**
 * What the page and its server say to each other over one WebSocket: the page asks, the server answers each ask by its
 * number, and pushes what reaches the person's screen. Everything about Discord keeps the shape of Discord's own API.
 */
import type {
  APIApplicationCommandOptionChoice,
  APIChannel,
  APIGuild,
  APIGuildMember,
  APIGuildScheduledEvent,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIThreadChannel,
  APIUser,
} from 'discord-api-types/v10';
import type { PickerCommand } from '../actor.js';

export const pagePaths = { socket: '/page/socket', uploads: '/page/uploads' } as const;

/** Somebody the reader of the page can be. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly user: APIUser;
  readonly locale: string;
  /** Owns the first guild they are in. */
  readonly owner: boolean;
  /** Name and colour of the person's highest role in the first guild, to tell an owner from a newcomer. */
  readonly standing?: { readonly name: string; readonly color: number };
}

/** A channel as one person sees it. */
export type ChannelView = APIChannel & {
  /** The permissions the person has here, of those the page asks about, as a decimal bit set. */
  readonly mine: string;
};

/** An event with whether the person marked it as interesting. */
export type EventView = APIGuildScheduledEvent & { readonly interested: boolean };

/** A guild as one person sees it: visible channels, active threads, and the archived one that is being read. */
export interface GuildView {
  readonly guild: APIGuild;
  readonly channels: readonly ChannelView[];
  readonly events: readonly EventView[];
}

/** A guild that one could join, as far as it shows itself to strangers. */
export interface GuildSign {
  readonly id: string;
  readonly name: string;
}

export interface Snapshot {
  readonly me: Person;
  readonly people: readonly Person[];
  readonly guilds: readonly GuildView[];
  readonly members: Readonly<Record<string, readonly APIGuildMember[]>>;
  readonly direct: readonly ChannelView[];
  /** Guilds of all the people, to be joined by those who are not in them. */
  readonly known: readonly GuildSign[];
}

/** An open modal, to be submitted or dismissed by its id. */
export interface ModalView {
  readonly id: string;
  readonly application: string;
  readonly data: APIModalInteractionResponseCallbackData;
}

/** How an interaction was answered. Messages reach the page as pushes; here is only that they came. */
export type AnswerView =
  | { readonly kind: 'message' | 'update'; readonly message: string }
  | { readonly kind: 'deferred'; readonly interaction: string; readonly ephemeral: boolean }
  | { readonly kind: 'deferred-update' }
  | { readonly kind: 'modal'; readonly modal: ModalView }
  | { readonly kind: 'choices'; readonly choices: readonly APIApplicationCommandOptionChoice[] }
  | { readonly kind: 'failed'; readonly reason: 'no-answer' | 'offline' };

/** A value of a command's option; a file is named by the id its upload got. */
export type WireValue = string | number | boolean | { readonly upload: string };
export type WireOptions = Readonly<Record<string, WireValue>>;
/** A field of a modal: text, picked values, a ticked box, or uploads. */
export type WireField = string | boolean | readonly string[] | { readonly uploads: readonly string[] };

export interface MessageRef {
  readonly channel: string;
  readonly message: string;
}

interface CommandUse {
  readonly channel: string;
  /** `question close`: the command's name with its group and subcommand. */
  readonly path: string;
  readonly application: string;
  readonly options: WireOptions;
}

/** Everything the page can ask: what it hands over, and what it gets. */
export interface Asks {
  /** Become somebody (by default the first person), and see what they see. */
  be: { of: { person?: string }; gives: Snapshot };
  /** The person's client now speaks this language; applications hear of it with the next interaction. */
  speak: { of: { locale: string }; gives: null };
  history: {
    of: { channel: string; before?: string; limit?: number };
    gives: { messages: readonly APIMessage[]; more: boolean };
  };
  /** A channel that is not in the guild's view: an archived thread stays in it while one looks at it. */
  look: { of: { guild: string; channel: string }; gives: GuildView | null };
  threads: { of: { channel: string }; gives: readonly APIThreadChannel[] };
  say: {
    of: { channel: string; content: string; uploads: readonly string[]; replyTo?: string };
    gives: { message: string };
  };
  edit: { of: MessageRef & { content: string }; gives: null };
  erase: { of: MessageRef; gives: null };
  hide: { of: MessageRef; gives: null };
  react: { of: MessageRef & { emoji: string; on: boolean }; gives: null };
  vote: { of: MessageRef & { answers: readonly number[] }; gives: null };
  post: {
    of: { forum: string; title: string; content: string; tags: readonly string[]; uploads: readonly string[] };
    gives: { thread: string };
  };
  interest: { of: { guild: string; event: string; on: boolean }; gives: null };
  join: { of: { guild: string; invite?: string }; gives: null };
  leave: { of: { guild: string }; gives: null };
  direct: { of: { user: string }; gives: { channel: string } };
  commands: { of: { channel: string; kind: 'chat' | 'user' | 'message' }; gives: readonly PickerCommand[] };
  use: { of: CommandUse; gives: AnswerView };
  complete: { of: CommandUse & { focused: string }; gives: AnswerView };
  userMenu: { of: { channel: string; name: string; user: string; application: string }; gives: AnswerView };
  messageMenu: { of: MessageRef & { name: string; application: string }; gives: AnswerView };
  press: { of: MessageRef & { button: string }; gives: AnswerView };
  select: { of: MessageRef & { select: string; values: readonly string[] }; gives: AnswerView };
  submit: { of: { modal: string; fields: Readonly<Record<string, WireField>> }; gives: AnswerView };
  dismiss: { of: { modal: string }; gives: null };
}

export type AskName = keyof Asks;
export type Of<N extends AskName> = Asks[N]['of'];
export type Gives<N extends AskName> = Asks[N]['gives'];

/** What reaches the person's screen without being asked for. */
export type Push =
  | { readonly push: 'guild'; readonly guild: GuildView }
  | { readonly push: 'guild-gone'; readonly guild: string }
  | { readonly push: 'members'; readonly guild: string; readonly members: readonly APIGuildMember[] }
  | { readonly push: 'member'; readonly guild: string; readonly member: APIGuildMember }
  | { readonly push: 'member-gone'; readonly guild: string; readonly user: string }
  | { readonly push: 'direct'; readonly direct: readonly ChannelView[] }
  /** A message, new or changed, as this person sees it. */
  | { readonly push: 'message'; readonly message: APIMessage; readonly fresh: boolean }
  | { readonly push: 'messages-gone'; readonly channel: string; readonly messages: readonly string[] }
  | { readonly push: 'typing'; readonly channel: string; readonly user: string }
  /** The last word about an interaction that was deferred. */
  | { readonly push: 'settled'; readonly interaction: string; readonly failed: boolean };

/** Why something could not be done, in Discord's words and with its error code; 0 where it is nobody's rule but a fault. */
export interface Refused {
  readonly code: number;
  readonly message: string;
}

export type FromPage = { readonly id: number; readonly ask: AskName; readonly of: unknown };
export type ToPage =
  | { readonly id: number; readonly gives: unknown }
  | { readonly id: number; readonly refused: Refused }
  | Push;
