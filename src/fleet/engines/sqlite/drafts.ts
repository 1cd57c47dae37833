/** Patterns that people are putting together: one for each author, kept across restarts. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';

export interface PatternDraft {
  /** The version of the suite whose actions are offered. */
  readonly digest: string;
  readonly name: string;
  readonly steps: readonly string[];
}

export type Drafts = ReturnType<typeof createDrafts>;

export function createDrafts({ db, transaction }: Guild, now: () => number) {
  const get = once(() =>
    db.prepare<[string], { digest: string; name: string; steps: string }>(
      'SELECT digest, name, steps FROM pattern_draft WHERE author = ?',
    ),
  );
  const put = once(() =>
    db.prepare<[string, string, string, string, number]>('INSERT OR REPLACE INTO pattern_draft VALUES (?, ?, ?, ?, ?)'),
  );
  const drop = once(() => db.prepare<[string]>('DELETE FROM pattern_draft WHERE author = ?'));

  return {
    of(author: string): PatternDraft | undefined {
      const row = get().get(author);
      return row && { ...row, steps: JSON.parse(row.steps) as string[] };
    },
    keep: transaction((author: string, { digest, name, steps }: PatternDraft): void => {
      put().run(author, digest, name, JSON.stringify(steps), now());
    }),
    drop: transaction((author: string): void => {
      drop().run(author);
    }),
  };
}
