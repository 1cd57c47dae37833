/** Hunts as rows: their budgets, their counts, what they covered. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import { type Hunt, type HuntActivity, type HuntPlan, type HuntState, MOST_HUNTS } from '../../hunt.js';
import type { JobResult } from '../../protocol.js';

interface HuntRow {
  id: number;
  digest: string;
  suite: string;
  ref: string | null;
  base_ref: string | null;
  strategy: string;
  pattern: string | null;
  trace: string | null;
  bugs: string;
  seed: number;
  length: number;
  lanes: 1 | 2;
  budget_steps: number | null;
  budget_ms: number | null;
  priority: number;
  author: string;
  question: string | null;
  state: HuntState;
  started_at: number;
  ended_at: number | null;
  walked: number;
  steps: number;
  checks: number;
  waits: number;
  errors: number;
  trouble: string | null;
  hopeless: 0 | 1;
  worked_ms: number;
  canaries: number;
  canaries_missed: number;
  channel: string | null;
  message: string | null;
}

/** Walks that were parked, and no result at all, before a hunt is given up. */
const HOPELESS = 5;

/** Steps of the budget that are behind it: what is run again by others is not of the budget. */
const COLUMNS = '*, (episodes - open_episodes) * length AS walked';

/** Weight of the newest measurement in an episode's running mean. */
const NEWEST = 0.2;

function huntOf(row: HuntRow): Hunt {
  return {
    id: row.id,
    digest: row.digest,
    suite: row.suite,
    ref: row.ref ?? undefined,
    baseRef: row.base_ref ?? undefined,
    strategy: row.strategy,
    pattern: row.pattern ?? undefined,
    trace: row.trace === null ? undefined : (JSON.parse(row.trace) as string[]),
    bugs: JSON.parse(row.bugs) as string[],
    seed: row.seed,
    length: row.length,
    lanes: row.lanes,
    budgetSteps: row.budget_steps ?? undefined,
    budgetMinutes: row.budget_ms === null ? undefined : row.budget_ms / 60_000,
    priority: row.priority,
    author: row.author,
    question: row.question ?? undefined,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    walked: row.walked,
    steps: row.steps,
    checks: row.checks,
    waits: row.waits,
    errors: row.errors,
    trouble: row.trouble ?? undefined,
    hopeless: row.hopeless === 1,
    workedMs: row.worked_ms,
    canaries: row.canaries,
    canariesMissed: row.canaries_missed,
    channel: row.channel ?? undefined,
    message: row.message ?? undefined,
  };
}

export interface Covered {
  readonly kind: 'action' | 'transition' | 'pair';
  readonly name: string;
  readonly count: number;
}

export type Hunts = ReturnType<typeof createHunts>;

export function createHunts(guild: Guild, now: () => number) {
  const { db, transaction } = guild;
  const byId = once(() => db.prepare<[number], HuntRow>(`SELECT ${COLUMNS} FROM hunt WHERE id = ?`));
  const list = once(() =>
    db.prepare<[string | null, string | null, number, number], HuntRow>(
      `SELECT ${COLUMNS} FROM hunt WHERE (? IS NULL OR state = ?) ORDER BY state = 'running' DESC, id DESC LIMIT ? OFFSET ?`,
    ),
  );
  const count = once(() =>
    db
      .prepare<[string | null, string | null], number>('SELECT count(*) FROM hunt WHERE (? IS NULL OR state = ?)')
      .pluck(),
  );
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO hunt (digest, suite, ref, base_ref, strategy, pattern, trace, bugs, seed, length, lanes, budget_steps, budget_ms,
                         priority, weight, author, question, state, started_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 'running', ?)`,
    ),
  );
  const end = once(() =>
    db.prepare<[HuntState, number, number]>(
      `UPDATE hunt SET state = ?, ended_at = ?, revision = revision + 1 WHERE id = ? AND state = 'running'`,
    ),
  );
  const cancelJobs = once(() =>
    db.prepare<[number, number]>(
      `UPDATE job SET state = 'cancelled', ended_at = ? WHERE hunt = ? AND state IN ('ready', 'leased')`,
    ),
  );
  // What people asked for about its findings goes on without it.
  const cancelOwn = once(() =>
    db.prepare<[number, number]>(
      `UPDATE job SET state = 'cancelled', ended_at = ? WHERE hunt = ? AND state IN ('ready', 'leased')
         AND purpose NOT IN ('retest', 'bisect', 'reproduce')`,
    ),
  );
  const hopeless = once(() =>
    db.prepare<[number, number, number, number]>(
      `UPDATE hunt SET state = 'stopped', hopeless = 1, ended_at = ?, revision = revision + 1 WHERE id = ? AND state = 'running'
         AND (SELECT count(*) FROM job WHERE hunt = ? AND state = 'parked' AND purpose = 'walk') >= ${HOPELESS}
         AND NOT EXISTS (SELECT 1 FROM job WHERE hunt = ? AND state = 'done')`,
    ),
  );
  const ofDigest = once(() =>
    db
      .prepare<[string], number>(
        `SELECT id FROM hunt WHERE digest = ?
           AND (state = 'running' OR id IN (SELECT hunt FROM job WHERE state = 'ready')
                OR id IN (SELECT hunt FROM job WHERE state = 'leased'))`,
      )
      .pluck(),
  );
  const openJobs = once(() =>
    db.prepare<[number], number>(`SELECT count(*) FROM job WHERE hunt = ? AND state IN ('ready', 'leased')`).pluck(),
  );
  const tally = once(() =>
    db.prepare<[number, number, number, number, string | null, number]>(
      `UPDATE hunt SET steps = steps + ?, checks = checks + ?, waits = waits + ?, errors = errors + ?, trouble = coalesce(?, trouble),
              revision = revision + 1 WHERE id = ?`,
    ),
  );
  const pace = once(() =>
    db.prepare<[number, number, number, number]>(
      `UPDATE hunt SET worked_ms = worked_ms + ?, episode_ms = coalesce(episode_ms * (1 - ${NEWEST}) + ? * ${NEWEST}, ?) WHERE id = ?`,
    ),
  );
  const canary = once(() =>
    db.prepare<[number, number]>(
      'UPDATE hunt SET canaries = canaries + 1, canaries_missed = canaries_missed + ?, revision = revision + 1 WHERE id = ?',
    ),
  );
  const cover = once(() =>
    db.prepare<[number, string, string, number, number]>(
      `INSERT INTO coverage (hunt, kind, name, count, first_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    ),
  );
  const activity = once(() =>
    db.prepare<[object], Omit<HuntActivity, 'coverage'>>(
      `SELECT count(DISTINCT machine) FILTER (WHERE state = 'leased') AS machines,
              count(*) FILTER (WHERE state = 'leased') AS leased,
              coalesce(sum(steps) FILTER (WHERE state = 'leased'), 0) AS underWay,
              count(*) FILTER (WHERE state = 'ready') AS waiting,
              count(*) FILTER (WHERE state = 'parked') AS parked,
              coalesce(sum(steps) FILTER (WHERE state = 'leased' AND purpose = 'walk'), 0) AS walking,
              (SELECT count(*) FROM finding WHERE hunt = :hunt) AS findings,
              (SELECT count(DISTINCT finding) FROM sighting WHERE sighting.hunt = :hunt AND purpose = 'seen'
                 AND finding NOT IN (SELECT id FROM finding WHERE hunt = :hunt)) AS known
       FROM job WHERE hunt = :hunt`,
    ),
  );
  const covered = once(() =>
    db.prepare<[number], { kind: 'action' | 'transition' | 'pair'; n: number }>(
      'SELECT kind, count(*) AS n FROM coverage WHERE hunt = ? GROUP BY kind',
    ),
  );
  const allCovered = once(() =>
    db.prepare<[number], Covered>(
      'SELECT kind, name, count FROM coverage WHERE hunt = ? ORDER BY kind, count DESC, name LIMIT 5000',
    ),
  );
  const curve = once(() =>
    db.prepare<[number], { at: number }>(
      `SELECT first_at AS at FROM coverage WHERE hunt = ? AND kind = 'transition' ORDER BY first_at`,
    ),
  );
  const revise = once(() => db.prepare<[number]>('UPDATE hunt SET revision = revision + 1 WHERE id = ?'));
  const posted = once(() =>
    db.prepare<[string, string, number]>('UPDATE hunt SET channel = ?, message = ? WHERE id = ?'),
  );

  const find = (id: number): Hunt | undefined => {
    const row = byId().get(id);
    return row && huntOf(row);
  };
  const get = (id: number): Hunt => find(id) ?? refuse('hunt_unknown', { id });

  return {
    find,
    /** Refuses: hunt_unknown. */
    get,
    /** Running ones first, then newest first. */
    list: (by: { state?: HuntState; limit: number; offset: number }): Hunt[] =>
      list()
        .all(by.state ?? null, by.state ?? null, by.limit, by.offset)
        .map(huntOf),
    count: (state?: HuntState): number => count().get(state ?? null, state ?? null) ?? 0,

    /** Refuses: too_many_hunts, no_budget. The caller has seen to it that the suite is approved. */
    start: transaction((plan: HuntPlan): Hunt => {
      if (plan.budgetSteps === undefined && plan.budgetMinutes === undefined) refuse('no_budget');
      if ((count().get('running', 'running') ?? 0) >= MOST_HUNTS) refuse('too_many_hunts', { most: MOST_HUNTS });
      const { lastInsertRowid } = insert().run(
        ...[plan.digest, plan.suite, plan.ref ?? null, plan.baseRef ?? null, plan.strategy, plan.pattern ?? null],
        ...[plan.trace === undefined ? null : JSON.stringify(plan.trace)],
        ...[JSON.stringify(plan.bugs), plan.seed, plan.length, plan.lanes, plan.budgetSteps ?? null],
        ...[plan.budgetMinutes === undefined ? null : Math.round(plan.budgetMinutes * 60_000), plan.priority],
        ...[plan.author, plan.question ?? null, now()],
      );
      return get(Number(lastInsertRowid));
    }),

    /** Ends a hunt by hand: what was not begun is cancelled, and running jobs are told at their next beat. Refuses: hunt_ended. */
    stop: transaction((id: number): Hunt => {
      if (get(id).state !== 'running') refuse('hunt_ended', { id });
      end().run('stopped', now(), id);
      cancelOwn().run(now(), id);
      return get(id);
    }),

    /** Ends a hunt whose budget is spent, once nothing of it is open. Tells whether it ended now. */
    finish(id: number, spent: boolean): boolean {
      if (!spent || (openJobs().get(id) ?? 0) > 0) return false;
      return end().run('done', now(), id).changes > 0;
    },

    tally(id: number, { steps, checks, waits, outcome, error }: JobResult): void {
      const broke = outcome === 'error';
      tally().run(steps, checks, waits, broke ? 1 : 0, broke ? (error ?? null) : null, id);
    },
    /** Stops a hunt of which nothing but parked walks came: its test is broken, or its ref, and machines have better to do. */
    stopHopeless(id: number): void {
      if (hopeless().run(now(), id, id, id).changes > 0) cancelJobs().run(now(), id);
    },
    /** Ends all that is done with a version of a suite. Returns the hunts that had anything to end. */
    stopAllOf(digest: string): number[] {
      const ids = ofDigest().all(digest);
      for (const id of ids) {
        end().run('stopped', now(), id);
        cancelJobs().run(now(), id);
        revise().run(id);
      }
      return ids;
    },
    /** What a judged walk took, and so how long an episode takes on a machine of pace 1. */
    pace: (id: number, ms: number, episodeMs: number): void => void pace().run(ms, episodeMs, episodeMs, id),
    canary: (id: number, caught: boolean): void => void canary().run(caught ? 0 : 1, id),
    /** Whether anybody caught a planted bug in this hunt: if nobody did, its checks are asleep. */
    canaryWorks(id: number): boolean {
      const hunt = find(id);
      return hunt !== undefined && hunt.canaries > hunt.canariesMissed;
    },
    cover(id: number, { actions, transitions, pairs }: JobResult['coverage']): void {
      const at = now();
      for (const [name, n] of Object.entries(actions)) cover().run(id, 'action', name, n, at);
      for (const name of transitions) cover().run(id, 'transition', name, 1, at);
      for (const name of pairs) cover().run(id, 'pair', name, 1, at);
    },
    /** What was covered, the most frequent first of each kind. */
    covered: (id: number): Covered[] => allCovered().all(id),
    /** When each covered transition was first seen, in order. */
    curve: (id: number): number[] =>
      curve()
        .all(id)
        .map(({ at }) => at),

    activity(id: number): HuntActivity {
      const row = activity().get({ hunt: id });
      const n = new Map(
        covered()
          .all(id)
          .map(({ kind, n }) => [kind, n]),
      );
      return {
        machines: row?.machines ?? 0,
        leased: row?.leased ?? 0,
        underWay: row?.underWay ?? 0,
        waiting: row?.waiting ?? 0,
        parked: row?.parked ?? 0,
        walking: row?.walking ?? 0,
        findings: row?.findings ?? 0,
        known: row?.known ?? 0,
        coverage: { actions: n.get('action') ?? 0, transitions: n.get('transition') ?? 0, pairs: n.get('pair') ?? 0 },
      };
    },

    revise: (id: number): void => void revise().run(id),
    posted: (id: number, channel: string, message: string): void => void posted().run(channel, message, id),
  };
}
