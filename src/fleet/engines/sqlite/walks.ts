/** Walk jobs are made when somebody asks for one: sized for that machine, each from a seed of its own. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Machine } from '../../machine.js';
import type { JobSpec } from '../../protocol.js';
import { episodesFor, shareOf } from '../../rules/fairness.js';
import { canaryShare } from '../../rules/replication.js';
import type { ReadyJob } from './jobs.js';

/** Before anything was measured, a step is taken to last so long; milliseconds. */
const GUESSED_STEP_MS = 50;
/** First jobs are small: until a hunt's pace is known, and so that its first finding comes early. */
const FIRST_EPISODES = 5;
/** What a job finds is told with its result: no job lasts longer than its hunt is old, or than this. Milliseconds. */
const YOUNG_MS = 5_000;
const MOST_EPISODES = 100_000;
/** Most runs of a fixed sequence in one job. */
const MOST_RUNS = 100;

export interface WalkDeps {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** The suite's planted bug, where it has one. */
  readonly canaryOf: (digest: string) => string | undefined;
  /** Jobs that the machines which are there can work on at once. */
  readonly width: () => number;
}

interface HuntRow {
  id: number;
  digest: string;
  ref: string | null;
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
  next_walk: number;
  episodes: number;
  open_episodes: number;
  episode_ms: number | null;
  worked_ms: number;
  started_at: number;
}

interface KnownRow {
  job: number;
  spec: string;
  finding: number;
}

export type Walks = ReturnType<typeof createWalks>;

/** The seed of a hunt's nth walk job. Odd multiplier: all different for 2^31 jobs. */
export const walkSeed = (huntSeed: number, n: number): number => (huntSeed + Math.imul(n, 0x9e3779b1)) & 0x7fffffff;

export function createWalks({ db }: Guild, { now, random, canaryOf, width }: WalkDeps) {
  const hunt = once(() =>
    db.prepare<[number], HuntRow>(
      `SELECT id, digest, ref, strategy, pattern, trace, bugs, seed, length, lanes, budget_steps, budget_ms, priority, next_walk,
              episodes, open_episodes, episode_ms, worked_ms, started_at
       FROM hunt WHERE id = ? AND state = 'running'`,
    ),
  );
  const anyCanary = once(() =>
    db.prepare<[number], number>(`SELECT 1 FROM job WHERE hunt = ? AND purpose = 'canary' LIMIT 1`).pluck(),
  );
  // Failures that showed every time, on walks that this lender has not seen. Findings first: they are few, sightings are many.
  const knownFailure = once(() =>
    db.prepare<[number, string, string, number], KnownRow>(
      `SELECT job.id AS job, job.spec, finding.id AS finding
       FROM finding CROSS JOIN sighting ON sighting.finding = finding.id AND sighting.purpose = 'seen' JOIN job ON job.id = sighting.job
       WHERE finding.hunt = ? AND finding.rate = 1 AND finding.status = 'open' AND finding.standing = 'confirmed'
         AND job.purpose = 'walk' AND job.judged = 'valid' AND job.lender <> ?
         AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.twin = job.id AND other.lender = ?)
       ORDER BY (job.id * 7919 + ?) % 1009 LIMIT 1`,
    ),
  );
  const insertKnown = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO job (hunt, purpose, finding, twin, ref, digest, spec, priority, state, made_at)
       VALUES (?, 'canary', ?, ?, ?, ?, ?, ?, 'ready', ?)`,
    ),
  );
  const count = once(() =>
    db.prepare<[number, number]>('UPDATE hunt SET next_walk = next_walk + 1, episodes = episodes + ? WHERE id = ?'),
  );
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO job (hunt, purpose, ref, digest, spec, episodes, priority, state, made_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'ready', ?)`,
    ),
  );

  /** A walk that is known to fail, as it was asked before: nobody who did not run it can tell. */
  function repeat({ id, ref, digest, priority }: HuntRow, { job, spec, finding }: KnownRow) {
    const { lastInsertRowid } = insertKnown().run(id, finding, job, ref, digest, spec, priority, now());
    return { id: Number(lastInsertRowid), spec, attempt: 0 };
  }

  /** Episodes that the budget still has room for. */
  function room(row: HuntRow, episodeMs: number): number {
    const bySteps = row.budget_steps === null ? MOST_EPISODES : Math.ceil(row.budget_steps / row.length) - row.episodes;
    if (row.budget_ms === null) return bySteps;
    const open = row.open_episodes * episodeMs;
    return Math.min(bySteps, Math.ceil((row.budget_ms - row.worked_ms - open) / episodeMs));
  }

  const episodeMsOf = (row: HuntRow): number => row.episode_ms ?? row.length * GUESSED_STEP_MS;

  /** No hunt ends without a planted bug having been looked for. */
  const owesCanary = (row: HuntRow): boolean =>
    row.trace === null &&
    row.next_walk > 0 &&
    canaryOf(row.digest) !== undefined &&
    anyCanary().get(row.id) === undefined;

  return {
    /** Milliseconds of an episode on a machine of pace 1; undefined before anything was measured. */
    episodeMs: (huntId: number): number | undefined => hunt().get(huntId)?.episode_ms ?? undefined,

    /** Whether the hunt's budget is all handed out. */
    spent(huntId: number): boolean {
      const row = hunt().get(huntId);
      return row !== undefined && room(row, episodeMsOf(row)) <= 0 && !owesCanary(row);
    },

    /** A job of this hunt for this machine, ready to be lent; undefined when the budget is spent or handed out. */
    make(huntId: number, machine: Machine, maxMinutes: number): ReadyJob | undefined {
      const row = hunt().get(huntId);
      if (!row) return undefined;
      const episodeMs = episodeMsOf(row);
      const left = room(row, episodeMs);
      const owed = owesCanary(row);
      if (left <= 0 && !owed) return undefined;
      const share = Math.min(shareOf(left, width()), left);
      const most = row.episode_ms === null ? Math.min(FIRST_EPISODES, share) : Math.min(MOST_EPISODES, share);
      const bugs = JSON.parse(row.bugs) as string[];
      // A fixed sequence need not come by the planted bug.
      const canary = row.trace === null ? canaryOf(row.digest) : undefined;
      const first = canary !== undefined && row.next_walk > 0 && anyCanary().get(huntId) === undefined;
      const due =
        canary !== undefined && (first || (row.next_walk > 0 && random() < canaryShare(machine.trust, machine.doubt)));
      const again =
        due && !first && (machine.doubt.blind > 0 || random() < 0.5)
          ? knownFailure().get(row.id, machine.lender, machine.lender, now())
          : undefined;
      if (again) return repeat(row, again);
      const old = Math.max(YOUNG_MS, now() - row.started_at) / 60_000;
      const fitting = episodesFor(episodeMs, machine.pace, Math.min(maxMinutes, old), most);
      const episodes = due ? 1 : row.trace === null ? fitting : Math.min(fitting, MOST_RUNS);
      const shared = {
        digest: row.digest,
        ...(row.ref === null ? {} : { ref: row.ref }),
        seed: walkSeed(row.seed, row.next_walk),
        bugs: due && canary !== undefined ? [...bugs, canary] : bugs,
      };
      const spec: JobSpec =
        row.trace === null
          ? {
              kind: 'walk',
              ...shared,
              strategy: row.strategy as Extract<JobSpec, { kind: 'walk' }>['strategy'],
              ...(row.pattern === null ? {} : { pattern: row.pattern }),
              episodes: { from: 0, count: episodes },
              length: row.length,
              ...(row.lanes === 2 ? { lanes: 2 as const } : {}),
            }
          : { kind: 'replay', ...shared, trace: JSON.parse(row.trace) as string[], runs: episodes };
      count().run(due ? 0 : episodes, huntId);
      const text = JSON.stringify(spec);
      const purpose = due ? 'canary' : 'walk';
      const { lastInsertRowid } = insert().run(
        ...[huntId, purpose, row.ref, row.digest, text, due ? 0 : episodes, row.priority, now()],
      );
      return { id: Number(lastInsertRowid), spec: text, attempt: 0 };
    },
  };
}
