/** All that is to be told of a finding: who did what for it, and how often it showed. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Finding } from '../../finding.js';
import type { FindingCard } from '../../herald.js';
import { reproducerOf } from '../../reproducer.js';
import type { Bisections } from './bisections.js';
import type { Findings } from './findings.js';
import type { Words } from './words.js';

export type Story = Omit<FindingCard, 'languages' | 'guild'>;
export type Stories = ReturnType<typeof createStories>;

export interface StoryDeps {
  readonly findings: Findings;
  readonly bisections: Bisections;
  readonly words: Words;
}

export function createStories({ db }: Guild, { findings, bisections, words }: StoryDeps) {
  // In the order in which they saw it: the first who was not its finder reproduced it, the others confirmed it.
  const saw = once(() =>
    db
      .prepare<[number], string>(
        `SELECT sighting.lender FROM sighting JOIN finding ON finding.id = sighting.finding
         WHERE finding = ? AND purpose IN ('seen', 'confirm') AND hits > 0 AND sighting.ref IS finding.ref
           AND sighting.lender <> finding.found_by
         GROUP BY sighting.lender ORDER BY min(sighting.at), min(job)`,
      )
      .pluck(),
  );
  const unlisted = once(() => db.prepare<[], string>('SELECT lender FROM unlisted').pluck());

  /** Of the ref that is said to have fixed it; else of the one that somebody asked about last. */
  function retestOf(finding: Finding): Story['retest'] {
    const { id, fixedIn, fixedAt = 0 } = finding;
    const asked = words.lastAsked(id, 'retest');
    if (!asked || (fixedIn !== undefined && asked.since < fixedAt)) return undefined;
    const { ref, since } = fixedIn === undefined ? asked : { ref: fixedIn, since: fixedAt };
    const runs = findings.evidenceOn(id, 'retest', ref, since);
    return {
      ref,
      runs: runs.reduce((sum, { runs }) => sum + runs, 0),
      hits: runs.reduce((sum, { hits }) => sum + hits, 0),
      broken: words.isBroken(id, { purpose: 'retest', ref, since }),
      alone: words.known(finding, { purpose: 'retest', ref, since, settled: false }).alone,
    };
  }

  function baseOf(finding: Finding): Story['base'] {
    const { id, baseRef: ref } = finding;
    if (ref === undefined) return undefined;
    const broken = words.isBroken(id, { purpose: 'base', ref });
    return { broken, alone: !broken && words.known(finding, { purpose: 'base', ref, settled: true }).alone };
  }

  return (finding: Finding): Story => {
    const hidden = new Set(unlisted().all());
    const named = (lenders: readonly string[]) => lenders.filter((lender) => !hidden.has(lender));
    const [first, ...others] = saw().all(finding.id);
    const evidence = findings.evidence(finding.id).filter(({ hits }) => hits > 0);
    const runs = {
      runs: evidence.reduce((sum, { runs }) => sum + runs, 0),
      hits: evidence.reduce((sum, { hits }) => sum + hits, 0),
    };
    return {
      finding,
      credits: {
        found: named([finding.foundBy]),
        reproduced: named(first === undefined ? [] : [first]),
        shrunk: named(finding.shrunkBy),
        confirmed: named(others),
      },
      runs: { ...runs, machines: evidence.length },
      retest: retestOf(finding),
      base: baseOf(finding),
      bisection: bisections.shown(finding.id),
      reproducer: reproducerOf(finding, runs),
    };
  };
}
