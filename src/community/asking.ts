/** What someone wrote into /ask, made tidy, and what may be wrong with it. */
import type { Values } from '../platform/i18n.js';
import {
  type Asking,
  BODY_LIMIT,
  type Draft,
  LOG_FILE_LIMIT,
  LOG_FILE_TYPES,
  type LogFile,
  type Question,
  TITLE_LIMIT,
  VERSION_LIMIT,
} from './question.js';
import type { Similar } from './question-search.js';
import type { RefusalReason } from './refusal.js';

/** Discord counts characters, and an emoji is one of two UTF-16 units. */
const UNITS = 2;

/** Why a question cannot be posted as it is; what was written is kept. */
export interface Problem {
  readonly reason: Extract<RefusalReason, 'no_forum' | 'title_empty' | 'file_too_large' | 'file_wrong_type'>;
  readonly context?: Values;
}

export type Asked =
  | { readonly kind: 'posted'; readonly question: Question }
  | { readonly kind: 'similar'; readonly draft: Draft; readonly similar: readonly Similar[] }
  | { readonly kind: 'problem'; readonly draft: Draft; readonly problem: Problem };

/** Tidies what was written. A file that cannot be posted is left out, and named as the problem. */
export function checkAsking(written: Asking): { asking: Asking; problem?: Problem } {
  const { file } = written;
  const asking: Asking = {
    title: oneLine(written.title.slice(0, UNITS * TITLE_LIMIT)),
    body: withoutControls(written.body.slice(0, UNITS * BODY_LIMIT)).trim(),
    version: oneLine(written.version?.slice(0, UNITS * VERSION_LIMIT) ?? '') || undefined,
    subject: written.subject,
  };
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(asking.title))
    return { asking: { ...asking, title: '' }, problem: { reason: 'title_empty' } };
  if (!file) return { asking };
  if (!isLogFile(file)) {
    return { asking, problem: { reason: 'file_wrong_type', context: { name: oneLine(file.name) } } };
  }
  if (file.size > LOG_FILE_LIMIT) {
    const mebibytes = LOG_FILE_LIMIT / 1024 / 1024;
    return { asking, problem: { reason: 'file_too_large', context: { name: oneLine(file.name), limit: mebibytes } } };
  }
  return { asking: { ...asking, file: { ...file, name: fileName(file.name) } } };
}

function isLogFile({ name }: LogFile): boolean {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  return LOG_FILE_TYPES.some((type) => type === ending);
}

/** Discord keeps only these characters in an attachment's name, and a message refers to its file by that name. */
function fileName(name: string): string {
  const plain = name.normalize('NFKC').replace(/[^\w.-]+/gu, '_');
  const [, stem = '', ending = ''] = /^(.*?)(\.[^.]*)?$/u.exec(plain) ?? [];
  return `${stem.replace(/^[._-]+|[._-]+$/gu, '').slice(0, 60) || 'log'}${ending}`;
}

function oneLine(text: string): string {
  return withoutControls(text).replace(/\s+/gu, ' ').trim();
}

/** Control characters, halves of characters, and marks that turn the direction of the text around them. Line breaks and tabs stay. */
function withoutControls(text: string): string {
  return text.replace(/\r\n?/gu, '\n').replace(/[^\P{Cc}\n\t]|\p{Cs}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');
}
