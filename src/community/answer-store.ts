/** Replies that somebody decided about, as rows. No rules here: see questions.ts. */
import type { Database } from 'better-sqlite3';
import { once } from '../platform/once.js';
import type { Standing } from './actor.js';
import type { Answer, Reply } from './question.js';

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

/** A decision about a reply: who, with what standing, and whether it stands as an answer. */
export interface Decision {
  readonly question: number;
  readonly reply: Reply;
  readonly accepted: boolean;
  readonly by: string;
  readonly standing: Standing;
  readonly at: number;
}

const ANSWER = 'SELECT message, question, author, accepted, standing, decided_by, decision, note FROM answer';

export function createAnswerStore(db: Database) {
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

  return {
    get(message: string): Answer | undefined {
      const row = answerOf().get(message);
      return row && answerFrom(row);
    },
    /** Everything decided about a question's replies, accepted or not, in order of decision. */
    of: (question: number): Answer[] => answersOf().all(question).map(answerFrom),
    decide({ question, reply, accepted, by, standing, at }: Decision): Answer {
      const { id, author, content } = reply;
      const row = decide().get(id, question, author, content, accepted ? 1 : 0, standing, by, at);
      if (!row) throw new Error('INSERT … RETURNING gave no row');
      return answerFrom(row);
    },
    /** Notes where the author was told; only for the decision that the telling was about. Returns false for an older one. */
    setNote: (message: string, decision: number, note: string): boolean =>
      setNote().run(note, message, decision).changes > 0,
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
