/** Questions, drafts and answers as rows. No rules here: see questions.ts. */
import type { Database } from 'better-sqlite3';
import { type Locale, languageOf } from '../platform/i18n.js';
import { once } from '../platform/once.js';
import { indexed } from '../platform/search-text.js';
import type { Standing } from './actor.js';
import type {
  Answer,
  Asking,
  CloseReason,
  Closing,
  Draft,
  LogFile,
  Question,
  QuestionState,
  Reply,
} from './question.js';

interface QuestionRow {
  id: number;
  draft: string | null;
  thread: string | null;
  card: string | null;
  asker: string;
  title: string;
  body: string;
  version: string | null;
  language: Locale;
  tags: string;
  file: string | null;
  state: QuestionState;
  asked_at: number;
  closed_by: string | null;
  closed_standing: Standing | null;
  close_reason: CloseReason | null;
  close_note: string | null;
}

interface AnswerRow {
  message: string;
  question: number;
  author: string;
  accepted: 0 | 1;
  standing: Standing;
  decided_by: string;
  decision: number;
  note: string | null;
}

interface DraftRow {
  id: string;
  asker: string;
  title: string;
  body: string;
  version: string | null;
  subject: string | null;
  file: string | null;
}

/** Everything about a new question that its origin decides. */
export interface NewQuestion {
  readonly draft?: string;
  readonly thread?: string;
  readonly asker: string;
  readonly title: string;
  readonly body: string;
  readonly version?: string;
  readonly tags: readonly string[];
  readonly file?: string;
  readonly at: number;
}

/** A decision about a reply: who, with what standing, and whether it stands as an answer. */
export interface Decision {
  readonly question: number;
  readonly reply: Reply;
  readonly accepted: boolean;
  readonly by: string;
  readonly standing: Standing;
  readonly at: number;
}

const QUESTION = `SELECT id, draft, thread, card, asker, title, body, version, language, tags, file, state, asked_at,
                         closed_by, closed_standing, close_reason, close_note FROM question`;
const ANSWER = 'SELECT message, question, author, accepted, standing, decided_by, decision, note FROM answer';

export type QuestionStore = ReturnType<typeof createQuestionStore>;

export function createQuestionStore(db: Database) {
  const byId = once(() => db.prepare<[number], QuestionRow>(`${QUESTION} WHERE id = ?`));
  const byThread = once(() => db.prepare<[string], QuestionRow>(`${QUESTION} WHERE thread = ?`));
  const byDraft = once(() => db.prepare<[string], QuestionRow>(`${QUESTION} WHERE draft = ?`));
  const insert = once(() =>
    db.prepare<unknown[], QuestionRow>(
      `INSERT INTO question (draft, thread, asker, title, body, version, language, tags, file, state, asked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?) RETURNING *`,
    ),
  );
  const setThread = once(() =>
    db.prepare<[string, string, number]>('UPDATE question SET thread = ?, card = ? WHERE id = ?'),
  );
  const setCard = once(() => db.prepare<[string, number]>('UPDATE question SET card = ? WHERE id = ?'));
  const setTags = once(() =>
    db.prepare<[string, string, number]>('UPDATE question SET title = ?, tags = ? WHERE id = ?'),
  );
  const tagged = once(() =>
    db.prepare<[], { id: number; tags: string }>(
      `SELECT id, tags FROM question WHERE tags <> '[]' AND state <> 'gone'`,
    ),
  );
  const keepTags = once(() => db.prepare<[string, number]>('UPDATE question SET tags = ? WHERE id = ?'));
  const setState = once(() => db.prepare<[QuestionState, number]>('UPDATE question SET state = ? WHERE id = ?'));
  const setClosing = once(() =>
    db.prepare<unknown[]>(
      `UPDATE question SET closed_at = ?, closed_by = ?, closed_standing = ?, close_reason = ?, close_note = ? WHERE id = ?`,
    ),
  );
  const markRaised = once(() =>
    db.prepare<[number, number]>('UPDATE question SET raised_at = ? WHERE id = ? AND raised_at IS NULL'),
  );
  const wasRaised = once(() =>
    db.prepare<[number], number>('SELECT 1 FROM question WHERE id = ? AND raised_at IS NOT NULL').pluck(),
  );
  const loseAll = once(() =>
    db.prepare<[], number>(`UPDATE question SET state = 'gone' WHERE state <> 'gone' RETURNING id`).pluck(),
  );

  const insertDraft = once(() => db.prepare<unknown[]>('INSERT INTO question_draft VALUES (?, ?, ?, ?, ?, ?, ?, ?)'));
  const draftById = once(() =>
    db.prepare<[string], DraftRow>(
      'SELECT id, asker, title, body, version, subject, file FROM question_draft WHERE id = ?',
    ),
  );
  const dropDraft = once(() => db.prepare<[string]>('DELETE FROM question_draft WHERE id = ?'));
  const dropDrafts = once(() => db.prepare<[number]>('DELETE FROM question_draft WHERE made_at < ?'));

  const answerOf = once(() => db.prepare<[string], AnswerRow>(`${ANSWER} WHERE message = ?`));
  const answersOf = once(() =>
    db.prepare<[number], AnswerRow>(`${ANSWER} WHERE question = ? ORDER BY decided_at, message`),
  );
  const decide = once(() =>
    db.prepare<unknown[], AnswerRow>(
      `INSERT INTO answer (message, question, author, content, accepted, standing, decided_by, decided_at, decision)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET accepted = excluded.accepted, standing = excluded.standing, decided_by = excluded.decided_by,
         decided_at = excluded.decided_at, decision = decision + (accepted <> excluded.accepted),
         content = iif(excluded.content = '', content, excluded.content), note = iif(accepted = excluded.accepted, note, NULL)
       RETURNING *`,
    ),
  );
  const setNote = once(() =>
    db.prepare<[string, string, number]>('UPDATE answer SET note = ? WHERE message = ? AND decision = ?'),
  );
  const acceptedTexts = once(() =>
    db.prepare<[number], string>('SELECT content FROM answer WHERE question = ? AND accepted = 1').pluck(),
  );
  const unindex = once(() => db.prepare<[number]>('DELETE FROM question_search WHERE rowid = ?'));
  const index = once(() =>
    db.prepare<[number, string, string, string]>(
      'INSERT INTO question_search (rowid, title, body, answers) VALUES (?, ?, ?, ?)',
    ),
  );

  /** Search finds a question by its own words and by those of its accepted answers. */
  function reindex(question: Question): void {
    unindex().run(question.id);
    const answers = acceptedTexts().all(question.id).join('\n');
    index().run(question.id, indexed(question.title), indexed(question.body), indexed(answers));
  }

  const one = (row: QuestionRow | undefined): Question | undefined => row && questionOf(row);

  return {
    byId: (id: number) => one(byId().get(id)),
    byThread: (thread: string) => one(byThread().get(thread)),
    byDraft: (draft: string) => one(byDraft().get(draft)),

    add(question: NewQuestion): Question {
      const { draft, thread, asker, title, body, version, tags, file, at } = question;
      const language = languageOf(`${title}\n${body}`);
      const row = insert().get(draft, thread, asker, title, body, version, language, JSON.stringify(tags), file, at);
      if (!row) throw new Error('INSERT … RETURNING gave no row');
      const added = questionOf(row);
      reindex(added);
      return added;
    },
    setThread: (id: number, thread: string, card: string): void => void setThread().run(thread, card, id),
    setCard: (id: number, card: string): void => void setCard().run(card, id),
    /** What a person changed about the post in Discord. */
    setTitleAndTags(question: Question, title: string, tags: readonly string[]): void {
      setTags().run(title, JSON.stringify(tags), question.id);
      reindex({ ...question, title });
    },
    /** Forgets tags that are no longer there: Discord refuses a post that names one. */
    keepTags(there: ReadonlySet<string>): void {
      for (const { id, tags } of tagged().all()) {
        const had = JSON.parse(tags) as string[];
        const kept = had.filter((tag) => there.has(tag));
        if (kept.length < had.length) keepTags().run(JSON.stringify(kept), id);
      }
    },
    setState: (id: number, state: QuestionState): void => void setState().run(state, id),
    setClosing(id: number, closing: Closing | undefined, at: number): void {
      const { by, standing, reason, note } = closing ?? {};
      setClosing().run(closing ? at : null, by, standing, reason, note, id);
    },
    /** Returns false when helpers had been told before. */
    markRaised: (id: number, at: number): boolean => markRaised().run(at, id).changes > 0,
    wasRaised: (id: number): boolean => wasRaised().get(id) !== undefined,
    /** Every post is gone with its forum. Returns whose. */
    loseAll: (): number[] => loseAll().all(),

    addDraft({ id, asker, title, body, version, subject, file }: Draft, at: number): void {
      insertDraft().run(id, asker, title, body, version, subject, file && JSON.stringify(file), at);
    },
    draft(id: string): Draft | undefined {
      const row = draftById().get(id);
      return row && { id: row.id, asker: row.asker, ...askingOf(row) };
    },
    dropDraft: (id: string): void => void dropDraft().run(id),
    dropDraftsBefore: (at: number): void => void dropDrafts().run(at),

    answer(message: string): Answer | undefined {
      const row = answerOf().get(message);
      return row && answerFrom(row);
    },
    /** Everything decided about a question's replies, accepted or not, in order of decision. */
    answers: (question: number): Answer[] => answersOf().all(question).map(answerFrom),
    decide(question: Question, { reply, accepted, by, standing, at }: Decision): Answer {
      const { id, author, content } = reply;
      const row = decide().get(id, question.id, author, content, accepted ? 1 : 0, standing, by, at);
      if (!row) throw new Error('INSERT … RETURNING gave no row');
      reindex(question);
      return answerFrom(row);
    },
    /** Notes where the author was told; only for the decision that the telling was about. Returns false for an older one. */
    setNote: (message: string, decision: number, note: string): boolean =>
      setNote().run(note, message, decision).changes > 0,
  };
}

function questionOf(row: QuestionRow): Question {
  const { closed_by: by, closed_standing: standing, close_reason: reason } = row;
  return {
    id: row.id,
    thread: row.thread ?? undefined,
    card: row.card ?? undefined,
    asker: row.asker,
    title: row.title,
    body: row.body,
    version: row.version ?? undefined,
    language: row.language,
    tags: JSON.parse(row.tags) as string[],
    file: row.file ?? undefined,
    state: row.state,
    askedAt: row.asked_at,
    ours: row.draft !== null,
    closed: by && standing && reason ? { by, standing, reason, note: row.close_note ?? undefined } : undefined,
  };
}

function answerFrom(row: AnswerRow): Answer {
  return {
    message: row.message,
    question: row.question,
    author: row.author,
    accepted: row.accepted === 1,
    standing: row.standing,
    decidedBy: row.decided_by,
    decision: row.decision,
    note: row.note ?? undefined,
  };
}

function askingOf(row: DraftRow): Asking {
  return {
    title: row.title,
    body: row.body,
    version: row.version ?? undefined,
    subject: row.subject ?? undefined,
    file: row.file === null ? undefined : (JSON.parse(row.file) as LogFile),
  };
}
