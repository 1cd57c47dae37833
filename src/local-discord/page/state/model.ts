/** Everything the page knows at one moment. It is changed by `changes.ts` and read by components. */
import type { APIGuildMember, APIMessage, APIUser } from 'discord-api-types/v10';
import type { ChannelView, GuildSign, GuildView, ModalView, Person } from '../../page-api/protocol.js';
import type { Language } from '../texts/index.js';

/** Where the reader is: a guild (or `@me` for direct messages) and a channel, thread or post of it. */
export interface Place {
  readonly guild: string;
  readonly channel?: string;
  /** Nobody read it yet as this person: a post is then shown from its start. */
  readonly unseen?: boolean;
}

export const home = '@me';

/** A channel's messages as far as they were read, oldest first and without gaps. */
export interface History {
  readonly messages: readonly APIMessage[];
  /** There are older ones. */
  readonly more: boolean;
  readonly loading: boolean;
}

/** A command under way, shown at the end of its channel until a message takes its place. */
export interface Pending {
  readonly key: number;
  readonly channel: string;
  /** As typed: `/question list`; absent for a menu. */
  readonly command?: string;
  readonly application: APIUser | undefined;
  readonly state: 'sending' | 'thinking' | 'no-answer' | 'offline' | 'refused';
  readonly reason?: string;
  readonly interaction?: string;
}

/** What became of the last press or pick on a message. */
export interface Pressed {
  readonly custom: string;
  readonly state: 'waiting' | 'no-answer' | 'offline';
}

export interface Typing {
  readonly user: string;
  /** Milliseconds since 1970; a person who goes on typing says so every 8 s. */
  readonly until: number;
}

export interface State {
  readonly link: 'connecting' | 'open' | 'lost';
  readonly language: Language;
  readonly me: Person | undefined;
  readonly people: readonly Person[];
  readonly guilds: readonly GuildView[];
  /** Members by guild, then by user. */
  readonly members: Readonly<Record<string, Readonly<Record<string, APIGuildMember>>>>;
  readonly direct: readonly ChannelView[];
  /** Guilds that one is in or could join. */
  readonly known: readonly GuildSign[];
  readonly place: Place;
  /** The channel last read in each guild. */
  readonly lastIn: Readonly<Record<string, string>>;
  readonly histories: Readonly<Record<string, History>>;
  readonly pending: readonly Pending[];
  readonly pressed: Readonly<Record<string, Pressed>>;
  readonly typing: Readonly<Record<string, readonly Typing[]>>;
  /** Channels with messages the reader has not seen, and how many of them mention the reader. */
  readonly unread: Readonly<Record<string, number>>;
  readonly modal: { readonly view: ModalView; readonly channel: string } | undefined;
  /** A refusal, said once in a corner. */
  readonly notice: string | undefined;
}

export const initial: State = {
  link: 'connecting',
  language: 'en-US',
  me: undefined,
  people: [],
  guilds: [],
  members: {},
  direct: [],
  known: [],
  place: { guild: home },
  lastIn: {},
  histories: {},
  pending: [],
  pressed: {},
  typing: {},
  unread: {},
  modal: undefined,
  notice: undefined,
};
