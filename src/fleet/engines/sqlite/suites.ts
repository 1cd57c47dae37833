/** Suites and patterns that members proposed, and who approved them. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import { MOST_WAITING_PATTERNS, MOST_WAITING_SUITES, type PatternEntry, type SuiteEntry } from '../../suite.js';

interface SuiteRow {
  digest: string;
  name: string;
  shipped: 0 | 1;
  bytes: number;
  author: string;
  added_at: number;
  approved_by: string | null;
  approved_at: number | null;
  retired_at: number | null;
}

interface PatternRow {
  suite: string;
  name: string;
  steps: string;
  author: string;
  approved_by: string | null;
  finding: number | null;
}

const SUITE =
  'SELECT digest, name, files IS NULL AS shipped, coalesce(length(files), 0) AS bytes, author, added_at, approved_by, approved_at, retired_at FROM suite';
const PATTERN = 'SELECT suite, name, steps, author, approved_by, finding FROM pattern';

const suiteOf = (row: SuiteRow): SuiteEntry => ({
  digest: row.digest,
  name: row.name,
  shipped: row.shipped === 1,
  bytes: row.bytes,
  author: row.author,
  addedAt: row.added_at,
  approvedBy: row.approved_by ?? undefined,
  approvedAt: row.approved_at ?? undefined,
  retiredAt: row.retired_at ?? undefined,
});

const patternOf = (row: PatternRow): PatternEntry => ({
  suite: row.suite,
  name: row.name,
  steps: JSON.parse(row.steps) as string[],
  author: row.author,
  approvedBy: row.approved_by ?? undefined,
  finding: row.finding ?? undefined,
});

/** Of patterns that guard against fixed findings: nobody takes these names beforehand. */
export const guardName = (finding: number): string => `finding-${finding}`;
const GUARD_NAME = /^finding-\d+$/;

export type Suites = ReturnType<typeof createSuites>;

export function createSuites(guild: Guild, now: () => number) {
  const { db, transaction } = guild;
  const byDigest = once(() => db.prepare<[string], SuiteRow>(`${SUITE} WHERE digest = ?`));
  const byName = once(() => db.prepare<[string], SuiteRow>(`${SUITE} WHERE name = ? ORDER BY added_at DESC, digest`));
  const all = once(() =>
    db.prepare<[number, number], SuiteRow>(
      `${SUITE} ORDER BY retired_at IS NOT NULL, name, added_at DESC LIMIT ? OFFSET ?`,
    ),
  );
  const count = once(() => db.prepare<[], number>('SELECT count(*) FROM suite').pluck());
  const approved = once(() =>
    db.prepare<[], SuiteRow>(`${SUITE} WHERE approved_by IS NOT NULL AND retired_at IS NULL ORDER BY name`),
  );
  const files = once(() => db.prepare<[string], Buffer | null>('SELECT files FROM suite WHERE digest = ?').pluck());
  const waiting = once(() =>
    db
      .prepare<[string], number>(
        'SELECT count(*) FROM suite WHERE author = ? AND approved_by IS NULL AND retired_at IS NULL',
      )
      .pluck(),
  );
  const forget = once(() => db.prepare<[string]>('DELETE FROM suite WHERE digest = ? AND approved_by IS NULL'));
  const insert = once(() =>
    db.prepare<unknown[]>('INSERT INTO suite (digest, name, files, author, added_at) VALUES (?, ?, ?, ?, ?)'),
  );
  const approve = once(() =>
    db.prepare<[string, number, string]>('UPDATE suite SET approved_by = ?, approved_at = ? WHERE digest = ?'),
  );
  const retire = once(() =>
    db.prepare<[string, number, string]>('UPDATE suite SET retired_by = ?, retired_at = ? WHERE digest = ?'),
  );
  const pattern = once(() => db.prepare<[string, string], PatternRow>(`${PATTERN} WHERE suite = ? AND name = ?`));
  const patterns = once(() =>
    db.prepare<[string | null, string | null, number, number], PatternRow>(
      `${PATTERN} WHERE (? IS NULL OR suite = ?) ORDER BY suite, name LIMIT ? OFFSET ?`,
    ),
  );
  const guards = once(() =>
    db.prepare<[string], PatternRow>(`${PATTERN} WHERE suite = ? AND finding IS NOT NULL ORDER BY name`),
  );
  const countPatterns = once(() =>
    db
      .prepare<[string | null, string | null], number>('SELECT count(*) FROM pattern WHERE (? IS NULL OR suite = ?)')
      .pluck(),
  );
  const waitingPatterns = once(() =>
    db.prepare<[string], number>('SELECT count(*) FROM pattern WHERE author = ? AND approved_by IS NULL').pluck(),
  );
  const insertPattern = once(() =>
    db.prepare<unknown[]>(
      'INSERT OR IGNORE INTO pattern (suite, name, steps, author, added_at, approved_by, approved_at, finding) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
  );
  // A fix that was none is guarded against by the steps that showed it again.
  const guard = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO pattern (suite, name, steps, author, added_at, approved_by, approved_at, finding) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET steps = excluded.steps, author = excluded.author, approved_by = excluded.approved_by,
         approved_at = excluded.approved_at, finding = excluded.finding`,
    ),
  );
  const approvePattern = once(() =>
    db.prepare<[string, number, string, string]>(
      'UPDATE pattern SET approved_by = ?, approved_at = ? WHERE suite = ? AND name = ?',
    ),
  );

  const find = (digest: string): SuiteEntry | undefined => {
    const row = byDigest().get(digest);
    return row && suiteOf(row);
  };
  const get = (digest: string): SuiteEntry => find(digest) ?? refuse('suite_unknown');

  return {
    find,
    /** All versions of a suite, newest first. */
    named: (name: string): SuiteEntry[] => byName().all(name).map(suiteOf),
    list: (limit: number, offset: number): SuiteEntry[] => all().all(limit, offset).map(suiteOf),
    count: (): number => count().get() ?? 0,
    /** What may run: approved and not retired. */
    approved: (): SuiteEntry[] => approved().all().map(suiteOf),
    /** Refuses: suite_retired. */
    mayRun(digest: string): void {
      const suite = find(digest);
      if (suite?.retiredAt !== undefined) refuse('suite_retired', { name: suite.name });
    },
    /** The packed folder; undefined for one that ships with Flock, or that is unknown. */
    files: (digest: string): Buffer | undefined => files().get(digest) ?? undefined,

    /** Stores a suite that was linted. Added twice, it stays as it is. Refuses: suite_retired, too_many_suites. */
    add: transaction(
      ({ digest, name, files, author }: Pick<SuiteEntry, 'digest' | 'name' | 'author'> & { files?: Buffer }) => {
        const known = find(digest);
        if (known?.retiredAt !== undefined) refuse('suite_retired', { name: known.name });
        if (known) return known;
        // Each may be megabytes, and anybody may add them.
        if ((waiting().get(author) ?? 0) >= MOST_WAITING_SUITES)
          refuse('too_many_suites', { most: MOST_WAITING_SUITES });
        insert().run(digest, name, files ?? null, author, now());
        return get(digest);
      },
    ),
    /** Approves exactly this digest. Refuses: suite_unknown, own_suite, suite_retired. */
    approve: transaction((digest: string, by: string): SuiteEntry => {
      const suite = get(digest);
      if (suite.author === by) refuse('own_suite');
      if (suite.retiredAt !== undefined) refuse('suite_retired', { name: suite.name });
      if (suite.approvedBy === undefined) approve().run(by, now(), digest);
      return get(digest);
    }),
    /** No new job of it is handed out; one that was never approved is forgotten. Refuses: suite_unknown. */
    retire: transaction((digest: string, by: string): SuiteEntry => {
      const suite = get(digest);
      if (forget().run(digest).changes > 0) return { ...suite, retiredAt: now() };
      if (suite.retiredAt === undefined) retire().run(by, now(), digest);
      return get(digest);
    }),

    pattern(suite: string, name: string): PatternEntry | undefined {
      const row = pattern().get(suite, name);
      return row && patternOf(row);
    },
    patterns: (suite: string | undefined, limit: number, offset: number): PatternEntry[] =>
      patterns()
        .all(suite ?? null, suite ?? null, limit, offset)
        .map(patternOf),
    /** Patterns that guard against fixed findings of this suite. */
    guards: (suite: string): PatternEntry[] => guards().all(suite).map(patternOf),
    countPatterns: (suite?: string): number => countPatterns().get(suite ?? null, suite ?? null) ?? 0,
    /** Refuses: pattern_taken, too_many_patterns. */
    propose: transaction((entry: { suite: string; name: string; steps: readonly string[]; author: string }): void => {
      const { suite, name, steps, author } = entry;
      if (GUARD_NAME.test(name)) refuse('pattern_taken', { name });
      const most = MOST_WAITING_PATTERNS;
      if ((waitingPatterns().get(author) ?? 0) >= most) refuse('too_many_patterns', { most });
      const { changes } = insertPattern().run(suite, name, JSON.stringify(steps), author, now(), null, null, null);
      if (changes === 0) refuse('pattern_taken', { name });
    }),
    /** Refuses: pattern_unknown, own_pattern. */
    approvePattern: transaction((suite: string, name: string, by: string): void => {
      const row = pattern().get(suite, name) ?? refuse('pattern_unknown', { name });
      if (row.author === by) refuse('own_pattern');
      if (row.approved_by === null) approvePattern().run(by, now(), suite, name);
    }),
    /** The steps of a fixed finding become a pattern that guards against it for ever. */
    guard(entry: { suite: string; name: string; steps: readonly string[]; finding: number; by: string }): void {
      const { suite, name, steps, finding, by } = entry;
      guard().run(suite, name, JSON.stringify(steps), by, now(), by, now(), finding);
    },
  };
}
