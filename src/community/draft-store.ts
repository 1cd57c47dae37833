/** What people wrote into /ask and have not posted, as rows. */
import type { Database } from 'better-sqlite3';
import { once } from '../platform/once.js';
import type { Asking, Draft, LogFile } from './question.js';

interface DraftRow {
  id: string;
  asker: string;
  title: string;
  body: string;
  version: string | null;
  subject: string | null;
  file: string | null;
}

export function createDraftStore(db: Database) {
  const insertDraft = once(() => db.prepare<unknown[]>('INSERT INTO question_draft VALUES (?, ?, ?, ?, ?, ?, ?, ?)'));
  const draftById = once(() =>
    db.prepare<[string, number], DraftRow>(
      'SELECT id, asker, title, body, version, subject, file FROM question_draft WHERE id = ? AND made_at >= ?',
    ),
  );
  const dropDraft = once(() => db.prepare<[string]>('DELETE FROM question_draft WHERE id = ?'));
  const dropDrafts = once(() => db.prepare<[number]>('DELETE FROM question_draft WHERE made_at < ?'));

  return {
    add({ id, asker, title, body, version, subject, file }: Draft, at: number): void {
      insertDraft().run(id, asker, title, body, version, subject, file && JSON.stringify(file), at);
    },
    /** One that is not older than `since`. */
    get(id: string, since: number): Draft | undefined {
      const row = draftById().get(id, since);
      return row && { id: row.id, asker: row.asker, ...askingOf(row) };
    },
    drop: (id: string): void => void dropDraft().run(id),
    dropBefore: (at: number): void => void dropDrafts().run(at),
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
