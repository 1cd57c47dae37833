/** Everything the local Discord knows, in memory; who wants to hear of changes subscribes, and the store writes behind. */
import type { Application, Channel, Command, Guild, Id, Invite, Message, User, Webhook } from './model.js';

/**
 * A gateway event. With `userId` it goes to that user's sessions alone; else with `channelId` to whoever may view that
 * channel; else to the members of `guildId`. The gateway filters by intents and withholds message content.
 */
export interface Dispatch {
  readonly t: string;
  readonly d: object;
  readonly guildId?: Id;
  readonly channelId?: Id;
  readonly userId?: Id;
}

export type Kind =
  | 'user'
  | 'application'
  | 'guild'
  | 'role'
  | 'member'
  | 'channel'
  | 'message'
  | 'event'
  | 'webhook'
  | 'invite'
  | 'command';

/** One change for the store: the record as it is now, or undefined when it is gone. */
export interface Change {
  readonly kind: Kind;
  readonly key: string;
  /** What the record belongs to: a message's channel; a role's, member's or event's guild. */
  readonly parent: string;
  readonly record: object | undefined;
}

/** Where the world's bytes live: kept by the store, or in memory. */
export interface Files {
  put(id: Id, bytes: Buffer): void;
  get(id: Id): Buffer | undefined;
}

export interface World {
  readonly users: Map<Id, User>;
  readonly applications: Map<Id, Application>;
  readonly guilds: Map<Id, Guild>;
  /** Every channel: of guilds, threads, and direct ones. */
  readonly channels: Map<Id, Channel>;
  readonly webhooks: Map<Id, Webhook>;
  readonly invites: Map<string, Invite>;
  readonly commands: Map<Id, Command>;
  /** Messages of a channel by id, oldest first; read from the store when first asked for. */
  messages(channelId: Id): Map<Id, Message>;
  /** Messages that one person alone sees, newest last; bounded, and gone with the process. */
  readonly ephemeral: Map<Id, Message>;
  /** Messages by author, channel and nonce, for `enforce_nonce`; oldest first. */
  readonly nonces: Map<string, { message: Message; at: number }>;
  /** When somebody last wrote in a channel in slow mode, or started a thread there. */
  readonly turns: Map<string, number>;
  /** Polls that were not ended yet: their messages' channels, by message. Of an earlier run, once somebody looked at them. */
  readonly polls: Map<Id, Id>;
  /** Where files are fetched from: `http://127.0.0.1:3000`. Set when the server listens. */
  origin: string;
  files: Files;
  /** Milliseconds since 1970. Seeding replaces it for a while, to tell of the past. */
  now: () => number;
  iso(): string;
  /** A fresh snowflake, larger than every earlier one. */
  newId(): Id;
  /** Ids given from now on are larger than this one, whatever the clock says: after a restart. */
  resumeIds(after: Id): void;
  /** An unguessable string of `length` letters and digits: tokens, invite codes. */
  newSecret(length: number): string;
  emit(dispatch: Dispatch): void;
  /** Whether anyone would hear: what is costly to show need not be shown to nobody. */
  readonly heard: boolean;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (dispatch: Dispatch) => void): () => void;
  /** Tells the store that a record changed (or, with undefined, is gone). */
  changed(kind: Kind, key: string, parent: string, record: object | undefined): void;
  /** Set by the store. */
  onChange: ((change: Change) => void) | undefined;
  loadMessages: ((channelId: Id) => Iterable<Message>) | undefined;
}

export interface WorldOptions {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Bytes of real randomness for tokens and codes. */
  randomBytes: (size: number) => Uint8Array;
}

/** Discord's epoch: the first second of 2015. */
export const DISCORD_EPOCH = 1_420_070_400_000;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The id that a thing made at `time` would have had: for cursors, and for telling the age of a message. */
export function snowflakeAt(time: number, sequence = 0): Id {
  return ((BigInt(Math.max(0, time - DISCORD_EPOCH)) << 22n) | BigInt(sequence)).toString();
}

export function snowflakeTime(id: Id): number {
  return Number(BigInt(id) >> 22n) + DISCORD_EPOCH;
}

/** Orders snowflakes without parsing them. */
export function compareIds(a: Id, b: Id): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export function createWorld({ now, randomBytes }: WorldOptions): World {
  const listeners = new Set<(dispatch: Dispatch) => void>();
  const loaded = new Map<Id, Map<Id, Message>>();
  const files = new Map<Id, Buffer>();
  let lastTime = 0;
  let sequence = 0;

  const world: World = {
    users: new Map(),
    applications: new Map(),
    guilds: new Map(),
    channels: new Map(),
    webhooks: new Map(),
    invites: new Map(),
    commands: new Map(),
    ephemeral: new Map(),
    nonces: new Map(),
    turns: new Map(),
    polls: new Map(),
    origin: 'http://127.0.0.1',
    files: { put: (id, bytes) => files.set(id, bytes), get: (id) => files.get(id) },
    now,
    iso: () => new Date(world.now()).toISOString(),
    onChange: undefined,
    loadMessages: undefined,

    messages(channelId) {
      let messages = loaded.get(channelId);
      if (!messages) {
        messages = new Map();
        for (const message of world.loadMessages?.(channelId) ?? []) messages.set(message.id, message);
        loaded.set(channelId, messages);
      }
      return messages;
    },

    newId() {
      const time = Math.max(world.now(), lastTime);
      sequence = time === lastTime ? sequence + 1 : 0;
      lastTime = time;
      if (sequence > 0x3fffff) {
        lastTime += 1;
        sequence = 0;
      }
      return snowflakeAt(lastTime, sequence);
    },

    resumeIds(after) {
      const time = snowflakeTime(after);
      if (time < lastTime) return;
      sequence = Number(BigInt(after) & 0x3fffffn);
      lastTime = time;
    },

    newSecret(length) {
      let secret = '';
      for (const byte of randomBytes(length)) secret += LETTERS.charAt(byte % LETTERS.length);
      return secret;
    },

    emit(dispatch) {
      for (const listener of listeners) listener(dispatch);
    },

    get heard() {
      return listeners.size > 0;
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    changed(kind, key, parent, record) {
      world.onChange?.({ kind, key, parent, record });
    },
  };
  return world;
}
