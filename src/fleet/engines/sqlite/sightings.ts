/** Runs of findings' steps, as rows: who ran them, on which ref, and how often they failed. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Evidence } from '../../rules/standing.js';

export type SightingPurpose = 'seen' | 'confirm' | 'base' | 'retest' | 'bisect';

export interface Sighting {
  readonly finding: number;
  readonly job: number;
  readonly purpose: SightingPurpose;
  readonly ref: string | undefined;
  readonly machine: string;
  readonly lender: string;
  readonly runs: number;
  readonly hits: number;
}

/** One job's runs of a finding, as its log tells them. */
export interface LoggedRun {
  readonly at: number;
  readonly alias: string;
  readonly purpose: SightingPurpose;
  readonly ref: string | null;
  readonly runs: number;
  readonly hits: number;
}

/** Where a finding was seen. */
export interface SeenOn {
  readonly ref: string | undefined;
  readonly hunt: number;
  /** The suite's version. */
  readonly digest: string;
}

type EvidenceRow = Omit<Evidence, 'community'> & { community: 0 | 1 };

const evidenceOf = (rows: readonly EvidenceRow[]): Evidence[] =>
  rows.map((row) => ({ ...row, community: row.community === 1 }));

export function createSightings({ db }: Guild, now: () => number) {
  const add = once(() =>
    db.prepare<unknown[]>(
      `INSERT OR IGNORE INTO sighting (finding, job, hunt, purpose, ref, machine, lender, runs, hits, at)
       SELECT ?, id, hunt, ?, ?, ?, ?, ?, ?, ? FROM job WHERE id = ?`,
    ),
  );
  const evidence = once(() =>
    db.prepare<[number], EvidenceRow>(
      `SELECT sighting.machine, sighting.lender, community, sum(runs) AS runs, sum(hits) AS hits
       FROM sighting JOIN machine ON machine.id = sighting.machine JOIN finding ON finding.id = sighting.finding
       WHERE finding = ? AND purpose IN ('seen', 'confirm') AND sighting.ref IS finding.ref
       GROUP BY sighting.machine, sighting.lender, community`,
    ),
  );
  const evidenceOn = once(() =>
    db.prepare<[number, string, string | null, number], EvidenceRow>(
      `SELECT sighting.machine, sighting.lender, community, sum(runs) AS runs, sum(hits) AS hits
       FROM sighting JOIN machine ON machine.id = sighting.machine JOIN job ON job.id = sighting.job
       WHERE sighting.finding = ? AND sighting.purpose = ? AND sighting.ref IS ? AND job.made_at >= ?
       GROUP BY sighting.machine, sighting.lender, community`,
    ),
  );
  // The newest hunt of each ref. One that had begun before says nothing of what was done since.
  const seenSince = once(() =>
    db.prepare<[number, number], { ref: string | null; hunt: number; digest: string }>(
      `SELECT sighting.ref, max(hunt.id) AS hunt, hunt.digest FROM sighting JOIN hunt ON hunt.id = sighting.hunt
       WHERE finding = ? AND purpose = 'seen' AND started_at >= ? GROUP BY sighting.ref`,
    ),
  );
  const log = once(() =>
    db.prepare<[number], LoggedRun>(
      `SELECT sighting.at, alias, purpose, sighting.ref, runs, hits FROM sighting JOIN machine ON machine.id = sighting.machine
       WHERE finding = ? ORDER BY sighting.at, job`,
    ),
  );

  return {
    addSighting: ({ finding, job, purpose, ref, machine, lender, runs, hits }: Sighting): void =>
      void add().run(finding, purpose, ref ?? null, machine, lender, runs, hits, now(), job),
    /** By machine, on the ref that the finding stands for. */
    evidence: (id: number): Evidence[] => evidenceOf(evidence().all(id)),
    /** By machine, for one purpose on one ref, in jobs that were asked for since `since`. */
    evidenceOn: (id: number, purpose: SightingPurpose, ref: string | undefined, since = 0): Evidence[] =>
      evidenceOf(evidenceOn().all(id, purpose, ref ?? null, since)),
    /** Refs on which hunts that were started since `since` met it. */
    seenSince: (id: number, since: number): SeenOn[] =>
      seenSince()
        .all(id, since)
        .map(({ ref, ...row }) => ({ ...row, ref: ref ?? undefined })),
    /** Every run that counts, in order, by the machine's public name. */
    log: (id: number): LoggedRun[] => log().all(id),
  };
}
