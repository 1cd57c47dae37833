/** What of hunts and findings Discord has not been shown yet, and what was posted about findings. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';

export type NoticeKind = 'thread' | 'fixed' | 'reopened';

export type Showing = ReturnType<typeof createShowing>;

export function createShowing({ db }: Guild, now: () => number) {
  const hunts = once(() =>
    db
      .prepare<[object], number>(
        // While machines are at work their beats tell more, though no result does.
        `SELECT id FROM hunt WHERE message IS NOT NULL AND ((revision > shown AND shown_at <= :before)
           OR (state = 'running' AND shown_at <= :idle AND EXISTS (SELECT 1 FROM job WHERE hunt = hunt.id AND job.state = 'leased')))
         ORDER BY id LIMIT :most`,
      )
      .pluck(),
  );
  const posted = once(() =>
    db
      .prepare<[number, number], number>(
        'SELECT id FROM finding WHERE revision > shown AND thread IS NOT NULL AND shown_at <= ? ORDER BY id LIMIT ?',
      )
      .pluck(),
  );
  const fresh = once(() =>
    db
      .prepare<[number], number>(
        `SELECT id FROM finding WHERE thread IS NULL AND standing <> 'seen' AND status = 'open'
           AND id NOT IN (SELECT finding FROM notice WHERE kind = 'thread') ORDER BY id LIMIT ?`,
      )
      .pluck(),
  );
  const nextShow = once(() =>
    db
      .prepare<[], number | null>(
        `SELECT min(at) FROM (SELECT shown_at AS at FROM hunt WHERE revision > shown AND message IS NOT NULL
         UNION ALL SELECT shown_at FROM finding WHERE revision > shown AND thread IS NOT NULL)`,
      )
      .pluck(),
  );
  const showHunt = once(() =>
    db.prepare<[number, number]>('UPDATE hunt SET shown = revision, shown_at = ? WHERE id = ?'),
  );
  const showFinding = once(() =>
    db.prepare<[number, string, number]>(
      'UPDATE finding SET shown = revision, shown_at = ?, told = ?, told_reopened = reopened WHERE id = ?',
    ),
  );
  const told = once(() =>
    db.prepare<[number], { told: string; reopened: number }>(
      'SELECT told, told_reopened AS reopened FROM finding WHERE id = ?',
    ),
  );
  const note = once(() => db.prepare<[number, NoticeKind, number]>('INSERT INTO notice VALUES (?, ?, ?)'));
  const lately = once(() =>
    db
      .prepare<[number, NoticeKind, number], number>(
        'SELECT count(*) FROM notice WHERE finding = ? AND kind = ? AND at > ?',
      )
      .pluck(),
  );
  const since = once(() =>
    db.prepare<[NoticeKind, number], number>('SELECT count(*) FROM notice WHERE kind = ? AND at > ?').pluck(),
  );

  return {
    /**
     * Hunts with a live message that says less than is known, and that was last written before `before`; and those that
     * machines work on, when it was last written before `idle`.
     */
    hunts: (before: number, idle: number, most: number): number[] => hunts().all({ before, idle, most }),
    /** Findings whose thread says less than is known. */
    findings: (before: number, most: number): number[] => posted().all(before, most),
    /** Findings that are worth a thread and have none, and none on its way. */
    fresh: (most: number): number[] => fresh().all(most),
    /** When the message that waits longest was last written; undefined where all is shown. */
    oldest: (): number | undefined => nextShow().get() ?? undefined,

    huntShown: (id: number): void => void showHunt().run(now(), id),
    /** `told`: the word that its tag now says. */
    findingShown: (id: number, told: string): void => void showFinding().run(now(), told, id),
    /** What the thread says. */
    told: (id: number): { told: string; reopened: number } => told().get(id) ?? { told: 'seen', reopened: 0 },

    note: (finding: number, kind: NoticeKind): void => void note().run(finding, kind, now()),
    notedSince: (finding: number, kind: NoticeKind, at: number): number => lately().get(finding, kind, at) ?? 0,
    /** Over all findings. */
    notices: (kind: NoticeKind, at: number): number => since().get(kind, at) ?? 0,
  };
}
