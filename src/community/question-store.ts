/** Questions as rows, and their place in the search index. No rules here: see questions.ts. */
import type { Database } from 'better-sqlite3';
import { type Locale, languageOf } from '../platform/i18n.js';
import { once } from '../platform/once.js';
import { indexed } from '../platform/search-text.js';
import type { Standing } from './actor.js';
import type { CloseReason, Closing, Question, QuestionState } from './question.js';

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

const QUESTION = `SELECT id, draft, thread, card, asker, title, body, version, language, tags, file, state, asked_at,
                         closed_by, closed_standing, close_reason, close_note FROM question`;

export type QuestionStore = ReturnType<typeof createQuestionStore>;

export function createQuestionStore(db: Database) {
  const byId = once(() => db.prepare<[number], QuestionRow>(`${QUESTION} WHERE id = ?`));
  const byThread = once(() => db.prepare<[string], QuestionRow>(`${QUESTION} WHERE thread = ?`));
  const byDraft = once(() => db.prepare<[string], QuestionRow>(`${QUESTION} WHERE draft = ?`));
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO question (draft, thread, asker, title, body, version, language, tags, file, state, asked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?)`,
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
  const markRefused = once(() =>
    db.prepare<[number, number]>('UPDATE question SET refused_at = ? WHERE id = ? AND refused_at IS NULL'),
  );
  const wasRaised = once(() =>
    db.prepare<[number], number>('SELECT 1 FROM question WHERE id = ? AND raised_at IS NOT NULL').pluck(),
  );
  const loseAll = once(() =>
    db.prepare<[], number>(`UPDATE question SET state = 'gone' WHERE state <> 'gone' RETURNING id`).pluck(),
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
      const stored = JSON.stringify(tags);
      const { lastInsertRowid } = insert().run(
        ...[draft, thread, asker, title, body, version, language, stored, file, at],
      );
      const added: Question = {
        ...{ id: Number(lastInsertRowid), thread, card: undefined, asker, title, body, version, language, tags, file },
        ...{ state: 'open', askedAt: at, ours: draft !== undefined, closed: undefined },
      };
      // Nobody can be led to a question that has no post yet: until then the asker need not wait for the index.
      if (thread !== undefined) reindex(added);
      return added;
    },
    reindex,
    /** The question has a post now, and can be found. */
    setThread(id: number, thread: string, card: string): Question | undefined {
      setThread().run(thread, card, id);
      const posted = one(byId().get(id));
      if (posted) reindex(posted);
      return posted;
    },
    setCard: (id: number, card: string): void => void setCard().run(card, id),
    /** What a person changed about the post in Discord. */
    setTitleAndTags(question: Question, title: string, tags: readonly string[]): void {
      setTags().run(title, JSON.stringify(tags), question.id);
      reindex({ ...question, title });
    },
    /** Forgets tags that are no longer there: Discord refuses a post that names one. */
    keepTags(there: Pick<ReadonlySet<string>, 'has'>): void {
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
    /** Returns false when its asker had been told before. */
    markRefused: (id: number, at: number): boolean => markRefused().run(at, id).changes > 0,
    wasRaised: (id: number): boolean => wasRaised().get(id) !== undefined,
    /** Every post is gone with its forum. Returns whose. */
    loseAll: (): number[] => loseAll().all(),
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
