/** What a question is: its parts, its states, its limits. */
import type { Locale } from '../platform/i18n.js';
import type { Standing } from './actor.js';

/** `gone`: its post was deleted in Discord. Kept, so that history stays true. */
export const QUESTION_STATES = ['open', 'answered', 'closed', 'gone'] as const;
export type QuestionState = (typeof QUESTION_STATES)[number];

/** What lists may show: what is gone is not there to be read. */
export const LISTED_STATES = ['open', 'answered', 'closed'] as const;

export const CLOSE_REASONS = ['solved', 'duplicate', 'off_topic', 'no_reply', 'other'] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** In characters, as Discord's text inputs count. */
export const TITLE_LIMIT = 200;
export const BODY_LIMIT = 2500;
export const VERSION_LIMIT = 40;
export const NOTE_LIMIT = 300;

/** Discord lets a bot upload files up to 10 MiB. In bytes. */
export const LOG_FILE_LIMIT = 10 * 1024 * 1024;
/** What a log, a configuration or a picture of an error is called. */
export const LOG_FILE_TYPES = [
  ...['log', 'txt', 'out', 'err', 'md', 'csv', 'json', 'yaml', 'yml', 'xml', 'conf', 'cfg', 'ini', 'toml'],
  ...['gz', 'tgz', 'zip', 'xz', 'bz2', 'zst', '7z', 'png', 'jpg', 'jpeg', 'webp'],
] as const;

export const HOUR = 3_600_000;
/** How long a question may stay without an accepted answer before helpers are told, once. Milliseconds. */
export const RAISE_AFTER = 24 * HOUR;

/** A file as Discord keeps it for us: fetched from `url` when it is posted. */
export interface LogFile {
  readonly name: string;
  readonly url: string;
  /** Bytes. */
  readonly size: number;
}

/** What someone wrote into /ask. */
export interface Asking {
  readonly title: string;
  readonly body: string;
  readonly version?: string;
  /** A tag of the forum, by id. */
  readonly subject?: string;
  readonly file?: LogFile;
}

export interface Draft extends Asking {
  readonly id: string;
  readonly asker: string;
}

export interface Question {
  /** Its number, as people see it: #12. */
  readonly id: number;
  /** Undefined until Discord made the post. */
  readonly thread: string | undefined;
  /** Our message that shows how it stands; undefined until Discord made it. */
  readonly card: string | undefined;
  readonly asker: string;
  readonly title: string;
  /** Empty for posts that were made in the forum by hand. */
  readonly body: string;
  readonly version: string | undefined;
  readonly language: Locale;
  /** The asker's own forum tags. */
  readonly tags: readonly string[];
  /** Name of the log attached to the post, if any. */
  readonly file: string | undefined;
  readonly state: QuestionState;
  readonly askedAt: number;
  /** Made with /ask: its first message is ours. Otherwise a person made the post. */
  readonly ours: boolean;
  readonly closed: Closing | undefined;
}

export interface Closing {
  readonly by: string;
  readonly standing: Standing;
  readonly reason: CloseReason;
  readonly note: string | undefined;
}

/** A reply in a question's post, as its author wrote it. */
export interface Reply {
  readonly id: string;
  readonly author: string;
  readonly bot: boolean;
  readonly content: string;
}

/** A reply that someone decided about. */
export interface Answer {
  readonly message: string;
  readonly question: number;
  readonly author: string;
  readonly accepted: boolean;
  readonly standing: Standing;
  readonly decidedBy: string;
  /** Counts the changes of mind about this reply. */
  readonly decision: number;
  /** Our message that tells its author; undefined until Discord made it. */
  readonly note: string | undefined;
}
